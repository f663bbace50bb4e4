// clipmill.js - the front page: upload with progress, and a list that stays current.
// What people typed only ever becomes text, never markup.
// SPDX-License-Identifier: MIT
import { factsText, getJson, isUnderWay, keepLooking, nameOf, percent, stateText, uploadFile } from "./api.js";

const $ = (id) => document.getElementById(id);
const list = $("videos");
const more = $("more");
const rows = new Map();         // video id -> its row's elements
let older = null;               // cursor of the page after the last one shown

function say(element, text, bad = false) {
	element.textContent = text;
	element.classList.toggle("bad", bad);
}

function add(parent, tag, className = "") {
	const element = parent.appendChild(document.createElement(tag));
	element.className = className;
	return element;
}

function newRow(video) {
	const item = document.createElement("li");
	const poster = add(item, "img", "poster");
	const link = add(add(item, "div"), "a");
	const facts = add(item, "div", "faint");
	const state = add(add(item, "div"), "span");
	const bar = add(state.parentElement, "progress");

	poster.alt = "";
	bar.max = 1;
	bar.setAttribute("aria-label", "Progress");
	link.href = `/videos/${encodeURIComponent(video.id)}`;
	return { item, poster, link, facts, state, bar };
}

function showRow(row, video) {
	const underWay = isUnderWay(video);

	row.link.textContent = nameOf(video);
	row.facts.textContent = factsText(video);
	row.state.textContent = stateText(video);
	row.state.className = `state ${video.state === "failed" ? "bad" : video.state === "ready" ? "good" : "faint"}`;
	row.bar.hidden = !underWay;
	row.bar.value = video.progress || 0;
	if (video.urls?.poster && row.poster.getAttribute("src") !== video.urls.poster)
		row.poster.src = video.urls.poster;
}

// Puts these videos, newest first, into the list; `atEnd`: as the page after those shown.
function showVideos(videos, atEnd) {
	let before = list.firstElementChild;

	for (const video of videos) {
		if (!rows.has(video.id))
			rows.set(video.id, newRow(video));
		const row = rows.get(video.id);
		showRow(row, video);
		if (atEnd)
			list.append(row.item);
		else if (row.item !== before)
			list.insertBefore(row.item, before);
		else
			before = row.item.nextElementSibling;
	}
}

// Drops rows of the first page that are no longer in it: deleted by somebody.
function dropGone(videos) {
	const here = new Set(videos.map((video) => video.id));
	const last = videos.length ? rows.get(videos.at(-1).id).item : null;

	for (const [id, row] of rows) {
		const olderThanPage = last && (last.compareDocumentPosition(row.item) & Node.DOCUMENT_POSITION_FOLLOWING);
		if (here.has(id) || olderThanPage)
			continue;
		row.item.remove();
		rows.delete(id);
	}
}

async function look() {
	try {
		const page = await getJson("/api/videos");
		const first = rows.size === 0;
		showVideos(page.videos, false);
		dropGone(page.videos);
		if (first)
			older = page.next;
		more.hidden = !older;
		say($("list-status"), rows.size ? "" : "None yet.");
		return page.videos.some(isUnderWay);
	} catch (error) {
		say($("list-status"), `The list cannot be read: ${error.message}`, true);
		return false;
	}
}

async function showOlder() {
	more.disabled = true;
	try {
		const page = await getJson(`/api/videos?${new URLSearchParams({ before: older })}`);
		older = page.next;
		showVideos(page.videos, true);
		more.hidden = !older;
	} catch (error) {
		say($("list-status"), error.message, true);
	}
	more.disabled = false;
}

async function upload(event) {
	const form = event.target;
	const file = form.elements.file.files[0];
	const button = form.querySelector("button");
	const bar = $("upload-progress");

	event.preventDefault();
	button.disabled = true;
	bar.hidden = false;
	try {
		const video = await uploadFile(file, form.elements.title.value, (fraction) => {
			bar.value = fraction;
			say($("upload-status"), fraction < 1 ? `Uploading, ${percent(fraction)}` : "Storing it safely");
		});
		form.reset();
		say($("upload-status"), `${nameOf(video)} is stored and in the queue.`);
		lookNow();
	} catch (error) {
		say($("upload-status"), `Not uploaded: ${error.message}`, true);
	}
	bar.hidden = true;
	button.disabled = false;
}

const lookNow = keepLooking(look);
more.addEventListener("click", showOlder);
$("upload").addEventListener("submit", upload);
