// api.js - talks to the HTTP API, and puts a video into words.  Touches no page.
// SPDX-License-Identifier: MIT

const UNDER_WAY = new Set(["queued", "probing", "encoding", "publishing"]);

export const isUnderWay = (video) => UNDER_WAY.has(video.state);

// The sentence of a problem+json body (RFC 9457), or what else can be said of a failed answer.
export function problemText(status, body) {
	try {
		const problem = JSON.parse(body);
		return problem.detail || problem.title || `status ${status}`;
	} catch {
		return status ? `status ${status}` : "no answer from the server";
	}
}

export async function getJson(url) {
	const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
	if (!answer.ok)
		throw new Error(problemText(answer.status, await answer.text()));
	return answer.json();
}

// Sends one file as a raw body; calls onProgress(0..1).  Resolves to the new video.
export function uploadFile(file, title, onProgress) {
	const query = new URLSearchParams({ filename: file.name, size: file.size });
	if (title)
		query.set("title", title);
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.upload.onprogress = (e) => onProgress(e.total ? e.loaded / e.total : 0);
		request.onload = () => request.status === 201
			? resolve(JSON.parse(request.responseText))
			: reject(new Error(problemText(request.status, request.responseText)));
		request.onerror = () => reject(new Error("the connection was lost; nothing was kept"));
		request.open("PUT", `/api/videos?${query}`);
		request.setRequestHeader("Accept", "application/json");
		request.setRequestHeader("Content-Type", "application/octet-stream");
		request.send(file);
	});
}

export const nameOf = (video) => video.title || video.filename || video.id;

export const percent = (fraction) => `${Math.floor((fraction || 0) * 100)} %`;

export function duration(ms) {
	const seconds = Math.round(ms / 1000);
	const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	if (!parts[0])
		parts.shift();
	return parts.map((n, i) => i ? String(n).padStart(2, "0") : n).join(":");
}

export function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let i = 0;
	for (; n >= 1000 && i < units.length - 1; i++)
		n /= 1000;
	return `${n < 10 && i ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

// What is going on with it: "encoding, 42 %: chunk running", "failed: ..."
export function stateText(video) {
	if (video.state === "failed")
		return `failed: ${video.detail || video.reason || "no reason was kept"}`;
	if (!isUnderWay(video))
		return video.state;
	const place = video.place ? `, number ${video.place} in the queue` : `, ${percent(video.progress)}`;
	return `${video.state}${place}${video.what ? `: ${video.what}` : ""}`;
}

// "1:02:03 · 1280 × 720 · 12 MB", of what is known
export function factsText(video) {
	const facts = [];
	if (video.duration_ms)
		facts.push(duration(video.duration_ms));
	if (video.width && video.height)
		facts.push(`${video.width} × ${video.height}`);
	if (video.size_bytes != null)
		facts.push(bytes(video.size_bytes));
	return facts.join(" · ");
}

// Calls `look` now and then again: soon while it returns true, seldom otherwise, never while hidden.
// Returns a function that looks at once.
export function keepLooking(look, soonMs = 1000, seldomMs = 5000) {
	let timer = 0;
	let turn = 0;
	const run = async () => {
		clearTimeout(timer);
		const mine = ++turn;
		const busy = document.hidden ? false : await look();
		if (mine === turn)
			timer = setTimeout(run, busy ? soonMs : seldomMs);
	};
	document.addEventListener("visibilitychange", () => document.hidden || run());
	run();
	return run;
}
