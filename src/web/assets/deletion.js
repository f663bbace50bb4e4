// deletion.js - deletes with a way back: for some seconds it is only said, then, or when the page is left, it is done.
// SPDX-License-Identifier: MIT
import { deleteVideo } from "./api.js";
import { make } from "./dom.js";

const UNDO_MS = 8000;

// A line at the foot of the page that says something for a while; returns its element.
export function say(words, ...more) {
	const line = make("div.toast", { role: "status" }, make("span", {}, ...[words].flat()), ...more);
	document.querySelector(".toasts").append(line);
	return line;
}

export function complain(words) {
	const line = say(words, make("button.small.plain", { type: "button", onclick: () => line.remove() }, "Close"));
	line.classList.add("bad");
	line.setAttribute("role", "alert");
}

// hooks: undone(), and gone() after the deletion was sent and answered.
export function deleteWithUndo({ id, name }, { undone, gone }) {
	let timer = 0;
	const undo = make("button.small", { type: "button" }, "Undo");
	const line = say([make("bdi", {}, name), " is deleted"], undo);

	async function send() {
		removeEventListener("pagehide", send);
		clearTimeout(timer);
		line.remove();
		try {
			await deleteVideo(id);
			gone?.();
		} catch (error) {
			if (error.status === 404) {
				gone?.();
				return;
			}
			complain(`Not deleted: ${error.message}`);
			undone?.();
		}
	}
	undo.addEventListener("click", () => {
		removeEventListener("pagehide", send);
		clearTimeout(timer);
		line.remove();
		undone?.();
	});
	addEventListener("pagehide", send);
	timer = setTimeout(send, UNDO_MS);
	undo.focus();
}
