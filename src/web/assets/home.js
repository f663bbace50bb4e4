// home.js - the front page: files dropped anywhere become videos; below, all videos there are, live.
// SPDX-License-Identifier: MIT
import { VideoList } from "./list.js";
import { listen, soon } from "./live.js";
import { Uploads, showUnfinished } from "./uploads.js";

const SEARCH_MS = 180;
const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const input = $("file"), filter = $("filter");

const tellUnfinished = soon(() => showUnfinished($("unfinished"), uploads.urls));
const uploads = new Uploads($("uploads"), { stored: (id) => id ? list.remove(id) : list.reload(), changed: tellUnfinished });
const list = new VideoList({ list: $("videos"), status: $("list-status"), 
	hides: (id) => Boolean(uploads.card(id)), hiding: () => uploads.any });

function add(files) {
	uploads.add([...files]);
	root.classList.add("has-uploads");
}

/* Files ---------------------------------------------------------------------------------------- */

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
let over = 0;                           // elements that the pointer with files has entered and not left

addEventListener("dragenter", (event) => hasFiles(event) && root.classList.toggle("dropping", ++over > 0));
addEventListener("dragleave", (event) => hasFiles(event) && root.classList.toggle("dropping", --over > 0));
addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
	if (!hasFiles(event))
		return;
	event.preventDefault();
	over = 0;
	root.classList.remove("dropping");
	add(event.dataTransfer.files);
});
input.multiple = true;
input.addEventListener("change", () => {
	add(input.files);
	input.value = "";
});
$("upload").addEventListener("submit", (event) => event.preventDefault());
addEventListener("storage", tellUnfinished);    // another tab begins, ends or forgets one
tellUnfinished();

/* The list ------------------------------------------------------------------------------------- */

const address = new URLSearchParams(location.search);
const readFilter = () => ({ q: filter.elements.q.value.trim(), state: filter.elements.state.value });

function applyFilter() {
	const set = readFilter(), query = new URLSearchParams(Object.entries(set).filter(([, value]) => value)).toString();
	history.replaceState(null, "", query ? `?${query}` : location.pathname);
	return list.setFilter(set);
}

filter.elements.q.value = address.get("q") ?? "";
filter.elements.state.value = address.get("state") ?? "";
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", soon(applyFilter, SEARCH_MS));
list.filter = readFilter();

listen("/api/events", {
	begin(isAnew) {
		list.reload(isAnew);
		uploads.lookAtAll();
	},
	video({ video, kind }) {
		const card = uploads.card(video), deleted = /^video delet/.test(kind);
		if (card)
			deleted ? card.gone() : card.look();
		else
			deleted ? list.remove(video) : list.changed(video);
	},
	progress(data) {
		const card = uploads.card(data.video);
		card ? card.showVideo(data) : list.progress(data);
	},
	connected: () => uploads.wake(),
});
list.reload();
root.classList.add("live");
