// video.js - the page of one video: shows its progress while it is under way, and loads the page
// again when it is not, so that the page as the server writes it stays the only one.
//
// Fills whatever elements carry data-field="state", "facts" or "progress" (a <progress>).
// SPDX-License-Identifier: MIT
import { factsText, getJson, isUnderWay, keepLooking, stateText } from "./api.js";

const id = decodeURIComponent(location.pathname.split("/")[2] || "");
const fields = (name) => document.querySelectorAll(`[data-field="${name}"]`);
let wasUnderWay = fields("progress").length > 0;        // as the server wrote the page

function show(video) {
	for (const element of fields("state"))
		element.textContent = stateText(video);
	for (const element of fields("facts"))
		element.textContent = factsText(video);
	for (const element of fields("progress"))
		element.value = video.progress || 0;
}

async function look() {
	try {
		const video = await getJson(`/api/videos/${encodeURIComponent(id)}`);
		const underWay = isUnderWay(video);
		if (wasUnderWay && !underWay)
			location.reload();
		wasUnderWay = underWay;
		if (underWay)
			show(video);
		return underWay;
	} catch {
		return false;           // the next look may find the server again
	}
}

if (id)
	keepLooking(look);
