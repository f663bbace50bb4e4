// video.js - the page of one video, live: player, downloads, what was decided, and the work on it.
// It takes the place of what the server wrote, which is the page without JavaScript.
// SPDX-License-Identifier: MIT
import { cancelVideo, changeVideo, getTask, getTasks, getVideo, nullIfGone, retryVideo } from "./api.js";
import { complain, deleteWithUndo } from "./deletion.js";
import { isolated, make, setLine, setText } from "./dom.js";
import { listen, soon, sparing } from "./live.js";
import { Stage } from "./stage.js";
import { Timeline } from "./tasks.js";
import { bitrate, bytes, dateText, duration, etaText, isUnderWay, nameOf, obstacle, percent, stateName } from "./words.js";

const PRIORITIES = [[20, "First"], [10, "Before others"], [0, "Normal"], [-10, "After others"]];
const article = document.getElementById("video");
const id = article?.dataset.video;
let video = null;
let isGone = false;

const button = (words, onclick, kind = "") => make(`button.small${kind}`, { type: "button", onclick }, words);
const section = (title, ...children) => make("section", {}, make("h2", {}, title), ...children);

/* What it is made of --------------------------------------------------------------------------- */

const place = make("div.stage"), stage = new Stage(place);
const waiting = make("div.stage-waiting", {}, make("p.stage-state"), make("p.stage-eta"));
const title = make("h1", {}, make("bdi"));
const about = make("p.about");
const progress = make("progress", { max: 1, hidden: true, ariaLabel: "Progress" });
const state = make("p.state-line"), news = make("p.unseen", { role: "status" });       // for screen readers: once a state
const why = make("p.why", { hidden: true });
const renditions = make("tbody"), renditionPart = section("Renditions", make("div.wide", { tabIndex: 0, role: "region", ariaLabel: "Renditions" },
	make("table", {}, make("thead", {}, make("tr", {}, ["Name", "Picture", "Codec", "Rate", "Size", "File"].map((words) => make("th", { scope: "col" }, words)))),
		renditions)));
const decisions = make("ul.decisions"), decisionPart = section("Decided", decisions);
const facts = make("dl"), factPart = section("Source", facts);
const timeline = new Timeline((task) => getTask(id, task).catch(nullIfGone)), workPart = section("Work", timeline.root);
const priority = make("select", { id: "priority" }, PRIORITIES.map(([value, words]) => make("option", { value: String(value) }, words)));
const actions = {
	rename: button("Rename", startRename),
	cancel: button("Cancel", () => act(cancelVideo, "Not cancelled")),
	retry: button("Retry", () => act(retryVideo, "Not tried again")),
	remove: button("Delete", remove, ".bad"),
};
const priorityPart = make("label.inline", { for: "priority" }, "Priority ", priority);
const head = make("div.title-row", {}, make("div.title-block", {}, title, about), make("div.actions", {}, priorityPart, actions.cancel, actions.retry, actions.rename, actions.remove));

priority.addEventListener("change", () => act(() => changeVideo(id, { priority: Number(priority.value) }), "Not changed"));

/* Acting on it --------------------------------------------------------------------------------- */

async function act(what, problem) {
	try {
		show(await what(id));
	} catch (error) {
		complain(`${problem}: ${error.message}`);
	}
}

function startRename() {
	const input = make("input", { value: video.title || video.filename || "", maxLength: 255, ariaLabel: "Title", autocomplete: "off", dir: "auto" });
	const problem = make("p.bad", { role: "alert" });
	const end = () => {
		form.replaceWith(title);
		actions.rename.hidden = false;
		actions.rename.focus();
	};
	const form = make("form.rename", { onsubmit: async (event) => {
		event.preventDefault();
		try {
			show(await changeVideo(id, { title: input.value }));
			end();
		} catch (error) {
			problem.textContent = `Not renamed: ${error.message}`;
		}
	} }, input, make("button.small", {}, "Save"), button("Leave it", end, ".plain"), problem);
	form.addEventListener("keydown", ({ key }) => key === "Escape" && end());
	actions.rename.hidden = true;
	title.replaceWith(form);
	input.focus();
	input.select();
}

function remove() {
	stage.pause();
	article.classList.add("leaving");
	article.inert = true;
	deleteWithUndo({ id, name: nameOf(video) }, {
		undone() {
			article.classList.remove("leaving");
			article.inert = false;
			actions.remove.focus();
		},
		gone: () => location.replace("/"),
	});
}

/* Showing it ----------------------------------------------------------------------------------- */

function showStage() {
	const plays = Boolean(video.urls.hls);
	place.hidden = !plays && !isUnderWay(video);
	place.dataset.state = video.state;
	if (plays) {
		stage.show(video);
	} else if (!stage.isUsed) {
		place.replaceChildren(waiting);
		setText(waiting.firstChild, `${stateName(video.state)}${video.state === "queued" ? "" : ` · ${percent(video.progress)}`}`);
		setText(waiting.lastChild, etaText(video.eta));
	}
}

function showState() {
	const underWay = isUnderWay(video), parts = [stateName(video.state)];
	if (video.state === "queued" && video.place)
		parts.push(video.place === 1 ? "next in the queue" : `number ${video.place} in the queue`, obstacle(video));
	else if (underWay)
		place.contains(waiting) ? parts.splice(0, 1, video.what) : parts.push(percent(video.progress), etaText(video.eta), video.what);
	else if (video.state === "failed")
		parts.push(isolated(video.detail || video.reason || ""));
	progress.hidden = !underWay;
	progress.value = video.progress || 0;
	state.hidden = video.state === "ready";
	state.classList.toggle("bad", video.state === "failed");
	setLine(state, parts);
	setText(news, stateName(video.state));
	why.hidden = !video.slow;
	setText(why, video.slow ?? "");
}

function showHead() {
	const { duration_ms: ms, width, height, owner, created, size_bytes: size } = video;
	setText(title.firstChild, nameOf(video));
	document.title = `${nameOf(video)} - clipmill`;
	setLine(about, [ms ? duration(ms) : "", width ? `${width} × ${height}` : "", bytes(size), owner ? isolated(owner) : "", dateText(created)]);
	const underWay = isUnderWay(video);
	actions.cancel.hidden = priorityPart.hidden = !underWay;
	actions.retry.hidden = !["failed", "cancelled"].includes(video.state);
	if (!PRIORITIES.some(([value]) => value === video.priority))
		priority.append(make("option", { value: String(video.priority) }, `${video.priority}`));
	if (document.activeElement !== priority)
		priority.value = String(video.priority);
}

function renditionRow(one) {
	const { kind, name, width, height, codec, copied, language, label, mean_bps: mean, size_bytes: size, url, channels } = one;
	const picture = kind === "video" ? `${width} × ${height}` : kind === "audio" ? channelText(channels) : "text";
	const what = [label || languageText(language)].filter(Boolean);
	const download = url && make("a", { href: url, download: `${nameOf(video).replace(/\.[a-z0-9]{2,4}$/i, "")} ${name}${url.slice(url.lastIndexOf("."))}`,
		ariaLabel: `Download ${name}` }, "Download");
	return make("tr", {}, make("th", { scope: "row" }, name, what.length ? [" ", make("bdi.faint", {}, what.join(" "))] : null), make("td", {}, picture),
		make("td", { title: one.codecs ?? "" }, `${codec ?? ""}${copied ? ", as it was" : ""}`), make("td", {}, mean ? bitrate(mean) : ""),
		make("td", {}, size ? bytes(size) : ""), make("td", {}, download));
}

const isRung = ({ code }) => code.startsWith("rung_");

function showResults() {
	const rungs = video.decisions.filter(isRung), others = video.decisions.filter((one) => !isRung(one));
	renditions.replaceChildren(...video.renditions.map(renditionRow),
		...rungs.map(({ code, detail }) => make("tr.left-out", {}, make("td", { colSpan: 6, title: code }, isolated(detail)))));
	renditionPart.hidden = !video.renditions.length && !rungs.length;
	decisions.replaceChildren(...others.map(({ code, detail }) => make("li", { title: code }, isolated(detail))));
	decisionPart.hidden = !others.length;
}

const channelText = (n) => ({ 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" })[n] ?? (n ? `${n} channels` : "");
const languageText = (code) => code && code !== "und" ? code : "";

// ffprobe's "30000/1001"
function rateText(rate) {
	const [over, under] = (rate ?? "").split("/").map(Number);
	return over > 0 && under > 0 ? `${Number((over / under).toFixed(3))} pictures a second` : "";
}

function streamText({ type, codec, profile, width, height, rate, pix_fmt: pixels, channels, sample_rate: hertz, language, title }) {
	const parts = type === "video" ? [codec, profile, width ? `${width} × ${height}` : "", rateText(rate), pixels]
		: type === "audio" ? [codec, channelText(channels), hertz ? `${hertz / 1000} kHz` : "", languageText(language)]
		: [codec, languageText(language)];
	return [...parts, title].filter(Boolean).join(" · ");
}

function showFacts() {
	const kinds = { video: "Picture", audio: "Sound", subtitle: "Text" };
	const pairs = [["File", make("bdi", {}, video.filename)], ["Size", bytes(video.size_bytes)],
		...(video.source ?? []).filter(({ type }) => kinds[type]).map((stream) => [kinds[stream.type], make("bdi", {}, streamText(stream))]),
		["Length", video.duration_ms ? `${duration(video.duration_ms)}${video.frames ? ` · ${video.frames} pictures` : ""}` : null],
		["Profile", video.profile], ["Uploaded", dateText(video.created)], ["Ready", video.ended && video.state === "ready" ? dateText(video.ended) : null]];
	facts.replaceChildren(...pairs.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

let shown = "";

function show(fresh) {
	video = fresh;
	showStage();
	showHead();
	showState();
	const { progress, place, what, eta, ...rest } = fresh;
	if (JSON.stringify(rest) !== shown) {
		shown = JSON.stringify(rest);
		showResults();
		showFacts();
	}
}

/* Live ----------------------------------------------------------------------------------------- */

// How far tasks are is told by events of progress: this is for what begins, ends or comes anew.
const lookAtTasks = soon(async () => {
	if (isGone || !video)
		return;
	const tasks = await getTasks(id).catch(nullIfGone);
	if (!tasks) {
		look();
		return;
	}
	timeline.show(tasks.filter(({ edition }) => edition === video.edition));
	workPart.hidden = !tasks.length;
}, 60, sparing);

function gone() {
	isGone = true;
	stream.close();
	article.inert = false;
	article.classList.remove("leaving");
	stage.close();
	article.replaceChildren(make("div.empty", {}, make("h1", {}, "This video was deleted"), make("p", {}, make("a", { href: "/" }, "All videos"))));
}

// Takes the place of what the server wrote.
const begin = () => article.replaceChildren(place, head, progress, state, news, why,
	make("div.columns", {}, make("div", {}, renditionPart, workPart), make("div", {}, factPart, decisionPart)));

const look = soon(async () => {
	if (isGone)
		return;
	const isFirst = !video, fresh = await getVideo(id).catch(nullIfGone);
	if (isGone)
		return;
	if (!fresh) {
		gone();
		return;
	}
	show(fresh);
	if (isFirst)
		begin();
	lookAtTasks();
});

const stream = id && listen(`/api/videos/${id}/events`, {
	begin: look,
	video: ({ kind }) => /^video delet/.test(kind) ? gone() : look(),
	task: lookAtTasks,
	progress(data) {
		if (data.state !== video?.state)
			return;
		Object.assign(video, { progress: data.progress, place: data.place, what: data.what, eta: data.eta });
		showStage();
		showState();
		timeline.progress(data.tasks);
	},
});
if (stream)
	look();         // also where there is no stream to be had
