// api.js - talks to the HTTP API.
// SPDX-License-Identifier: MIT

// The sentence of a problem+json body (RFC 9457), or what else can be said of a failed answer.
export function problemText(status, body) {
	try {
		const problem = JSON.parse(body);
		return problem.detail || problem.title || `status ${status}`;
	} catch {
		return status ? `The server answered with status ${status}` : "The server cannot be reached";
	}
}

export class ApiError extends Error {
	constructor(status, text) {
		super(text);
		this.status = status;   // 0: no answer
	}
}

// For catch(): what is gone is an answer too.
export function nullIfGone(error) {
	if (error.status !== 404)
		throw error;
	return null;
}

let reached = true;

// Whether the last call came to clipmill: what else answers is a web server before it.
export const isReached = () => reached;

export async function call(method, url, { body, keepalive } = {}) {
	const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
	const options = { method, headers, cache: "no-store", keepalive, body: body ? JSON.stringify(body) : method === "POST" ? "" : undefined };
	const [answer, text] = await fetch(url, options).then(async (answer) => [answer, await answer.text()]).catch(() => {
		reached = false;
		throw new ApiError(0, "The server cannot be reached");
	});
	reached = answer.status < 500 || /json/.test(answer.headers.get("Content-Type"));
	if (!answer.ok)
		throw new ApiError(answer.status, problemText(answer.status, text));
	return text ? JSON.parse(text) : null;
}

const pathOf = (id) => `/api/videos/${encodeURIComponent(id)}`;

export const getList = (query) => call("GET", `/api/videos?${new URLSearchParams(query)}`);
// What comes behind a video in the list: as `before`.
export const cursorOf = ({ created, id }) => `${Date.parse(created)}.${id}`;
export const getVideo = (id) => call("GET", pathOf(id));
export const getTasks = async (id) => (await call("GET", `${pathOf(id)}/tasks`)).tasks;
// One of them, with its argv and last words.
export const getTask = async (id, task) => (await call("GET", `${pathOf(id)}/tasks?task=${task}`)).tasks[0];
export const getFloor = () => call("GET", "/api/floor");
export const cancelVideo = (id) => call("POST", `${pathOf(id)}/cancel`);
export const retryVideo = (id) => call("POST", `${pathOf(id)}/retry`);
export const changeVideo = (id, change) => call("PATCH", pathOf(id), { body: change });
// Goes on when the page is left.
export const deleteVideo = (id) => call("DELETE", pathOf(id), { keepalive: true });
