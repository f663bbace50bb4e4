// server.mjs - a clipmill of a test's own: a fresh folder, a free port, one of conf-examples' web servers as it is.
// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import {
	chmodSync, closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { filePart, formBody, formHeaders, request } from "./http.mjs";
import { lightFolder, lightSettings } from "./light.mjs";
import { build, clipmill, digest, jail, mux, patience, tree } from "./paths.mjs";
import { executable, isAlive, kill, processes, run } from "./programs.mjs";
import { Hold } from "./stand-ins.mjs";
import { until } from "./wait.mjs";

const isRoot = process.getuid() === 0;
const running = new Set();

// Behind which web server tests run that do not ask for one.
// These start their responders themselves.
const SPAWNING = ["lighttpd", "lighttpd-auth"];

export const defaultWeb = process.env.CLIPMILL_WEB || "lighttpd";
const SYSTEM_PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

// What must never stand in a log, whatever a test did.
const DISASTER = /AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed|double free|corrupted size/;

// Where this kernel cannot confine children the tests go on, and say so.
export const sandbox = await run(jail, ["--self-test", "--sandbox", "require"]).then(() => "require", (error) => {
	if (existsSync(jail))
		process.stderr.write(`*** NO SANDBOX ON THIS KERNEL, TESTING WITH best-effort: ${error.message}\n`);
	return "best-effort";
});

// Of settings, { section: { key: value } }, the later ones.
function over(...all) {
	const sections = new Set(all.flatMap(Object.keys));
	return Object.fromEntries([...sections].map((section) => [section, Object.assign({}, ...all.map((settings) => settings[section]))]));
}

const defaults = over({
	store: { floor: "16M" },
	encode: { slots: 1, grace: "1s" },
	jail: { program: jail, mux, digest, sandbox },
	log: { level: "debug" },
}, lightFolder ? lightSettings(lightFolder) : {});

// Each process gives out a hundred of its own, below those that the kernel does: the web server binds it some time later.
let given = 0;
function freePort() {
	const port = 10_000 + (process.pid % 200) * 100 + given++ % 100;
	return new Promise((resolve) => {
		const probe = net.createServer().on("error", () => resolve(freePort()));
		probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(port)));
	});
}

function confText(dir, settings) {
	return Object.entries(over({ store: { dir } }, defaults, settings)).map(([section, values]) =>
		[`[${section}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ""].join("\n")).join("\n");
}

export class Server {
	// options: web ("lighttpd", "lighttpd-auth", "lighttpd-pool", "apache", "nginx"; CLIPMILL_WEB), procs, settings ({ section: { key: value } }; $DIR in a value is
	// the folder), dir,
	// link (what is the same as another is not encoded again; else each upload is),
	// hold (there is a Hold in the place of ffmpeg and its like: server.hold),
	// prepare (called with the server once its folders and its database are there, before anything runs).
	static async start(options = {}) {
		const server = new Server(options);
		running.add(server);
		try {
			await server.#prepare(options);
			await server.launch();
		} catch (error) {
			server.tellLogs();
			await server.stop().catch(() => {});
			throw error;
		}
		return server;
	}

	constructor({ web = defaultWeb, procs = 2, settings = {}, dir } = {}) {
		this.web = web;
		this.procs = procs;
		this.dir = dir ?? mkdtempSync(join(tmpdir(), "clipmill-"));
		this.ownsDir = dir === undefined;
		this.settings = settings;
		this.conf = join(this.dir, "clipmill.conf");
		this.db = join(this.dir, "clipmill.db");
		this.binary = clipmill;
		this.www = join(build, "www");
		this.told = new Map();
		this.pool = [];
	}

	async #prepare({ prepare, link = false, hold = false }) {
		for (const folder of ["run", "log", "tmp"])
			mkdirSync(join(this.dir, folder), { recursive: true });
		chmodSync(this.dir, 0o755);
		if (this.#dropsRoot())
			this.#bringAlong();
		if (hold)
			await this.#install(new Hold(this.dir));
		this.writeConf();
		await run(this.binary, ["--config", this.conf, "init"]);
		if (!link)
			await this.sql("UPDATE profile SET link = 0");
		await prepare?.(this);
	}

	// Apache does not work as root, nginx as none of its workers; and their user may not be able to enter the build.
	#dropsRoot() {
		return ["apache", "nginx"].includes(this.web) && isRoot;
	}

	#bringAlong() {
		this.binary = join(this.dir, "clipmill");
		this.www = join(this.dir, "www");
		cpSync(clipmill, this.binary);
		cpSync(jail, join(this.dir, "clipmill-jail"));
		cpSync(mux, join(this.dir, "clipmill-mux"));
		cpSync(digest, join(this.dir, "clipmill-digest"));
		cpSync(join(build, "www"), this.www, { recursive: true });
		if (lightFolder)
			cpSync(lightFolder, join(this.dir, "light"), { recursive: true, verbatimSymlinks: true });
		const moved = Object.fromEntries([["program", "jail"], ["mux", "mux"], ["digest", "digest"]]
			.map(([key, name]) => [key, join(this.dir, `clipmill-${name}`)]));
		this.settings = over(lightFolder ? lightSettings(join(this.dir, "light")) : {}, this.settings, { jail: moved });
	}

	async #install(hold) {
		await hold.install();
		this.hold = hold;
		this.settings = over(hold.settings, this.settings);
	}

	writeConf(settings = this.settings) {
		this.settings = settings;
		writeFileSync(this.conf, confText(this.dir, settings).replaceAll("$DIR", this.dir));
	}

	get #environment() {
		return {
			...process.env, CLIPMILL_BIN: this.binary, CLIPMILL_CONFIG: this.conf, CLIPMILL_DIR: this.dir, CLIPMILL_WWW: this.www,
			CLIPMILL_USERS: join(this.dir, "users"), CLIPMILL_ADDRESS: "127.0.0.1", CLIPMILL_PORT: String(this.port), CLIPMILL_PROCS: String(this.procs),
			CLIPMILL_USER: isRoot ? "www-data" : String(process.getuid()), CLIPMILL_GROUP: "www-data",
			PATH: SYSTEM_PATH,
		};
	}

	// Starts the web server and the responders; also again, after a kill.
	async launch() {
		this.port ??= await freePort();
		if (this.#dropsRoot())
			await run("chown", ["-R", "www-data:www-data", this.dir]);
		if (!SPAWNING.includes(this.web))
			await this.launchPool(this.procs);
		this.launchWeb();
		await this.healthy();
	}

	// The shipped file itself; for nginx, which knows no environment, with the values in their places.
	#webCommand() {
		const conf = join(tree, "conf-examples", `${this.web}.conf`);
		if (this.web === "apache")
			return ["apache2", "-DFOREGROUND", "-f", conf];
		if (this.web !== "nginx")
			return ["lighttpd", "-D", "-f", conf];
		mkdirSync(join(this.dir, "etc/clipmill"), { recursive: true });
		this.#fill("nginx.conf", "etc/nginx.conf");
		if (this.settings.store?.hand_over)
			this.#fill("nginx-hand-over.conf", "etc/clipmill/nginx-hand-over.conf");
		return ["nginx", "-e", join(this.dir, "log/nginx.log"), "-c", join(this.dir, "etc/nginx.conf"), "-g", "daemon off;"];
	}

	#fill(shipped, to) {
		const text = readFileSync(join(tree, "conf-examples", shipped), "utf8"), environment = this.#environment;
		writeFileSync(join(this.dir, to), text.replace(/\$\{(CLIPMILL_[A-Z]+)\}/g, (_, name) => environment[name]));
	}

	launchWeb() {
		const [program, ...args] = this.#webCommand();
		const log = openSync(join(this.dir, "log/server.log"), "a");
		this.front = spawn(program, args, { env: this.#environment, stdio: ["ignore", log, log], detached: true });
		closeSync(log);
		this.front.on("error", (error) => process.stderr.write(`${program}: ${error.message}\n`));
	}

	// A pool as conf-examples describes it: they share one socket.
	async launchPool(count) {
		const user = this.#dropsRoot() ? ["-u", "www-data", "-g", "www-data"] : [];
		const socket = join(this.dir, "run/clipmill.sock");
		rmSync(socket, { force: true });
		const command = ["/bin/sh", "-c", 'exec "$@" 2>>"$0"', join(this.dir, "log/clipmill.log"), this.binary, "--config", this.conf];
		await run("spawn-fcgi", ["-s", socket, "-M", "0660", "-b", "1024", "-F", String(count), ...user, "--", ...command],
			{ env: this.#environment });
	}

	// Until every responder has said that it is there.
	async healthy() {
		await until(async () => {
			if (this.front.exitCode !== null)
				throw new Error(`${this.web} ended by itself with ${this.front.exitCode}`);
			const health = await this.get("/api/health").catch(() => null);
			return health?.status === 200 && health.json.workers.length >= this.procs;
		}, "healthy responders", 90_000);
	}

	// Ends everything, looks for what must not be there, and removes the folder.
	async stop() {
		if (!running.delete(this))
			return;
		await this.terminate();
		const left = this.#ours();
		left.forEach(({ pid }) => kill(pid));
		const disasters = this.#logs().flatMap((log) => readFileSync(log, "utf8").split("\n"))
			.filter((line) => DISASTER.test(line));
		if (disasters.length)
			this.tellLogs();
		if (this.ownsDir && !process.env.CLIPMILL_KEEP)
			rmSync(this.dir, { recursive: true, force: true });
		if (left.length || disasters.length)
			throw new Error(`after the stop: ${left.map(({ argv }) => argv.join(" "))} ${disasters.join("\n")}`);
	}

	// TERM to all, as an operator stops it.  That it ends within 5 s is tested elsewhere.
	async terminate() {
		const pids = [this.front?.pid, ...this.responders()].filter(Boolean);
		pids.forEach((pid) => kill(pid, "SIGTERM"));
		await until(() => !pids.some(isAlive) && !this.#ours().length, "the end").catch(() => {});
	}

	// KILL to all at once, as a power cut does it.  Over when the kernel has closed what they listened on, which is after
	// they have left `ps`: a new lighttpd takes over who still listens, and does not start those again.
	async crash() {
		const dying = new Set([this.front.pid]);
		await until(() => {
			this.responders().forEach((pid) => dying.add(pid));
			dying.forEach((pid) => kill(pid));
			return ![...dying].some(isAlive) && !this.#ours().length;
		}, "the end of all");
	}

	// Processes: what has our folder in its command line and was not started by the test itself.
	#ours() {
		return processes().filter(({ argv, ppid }) => ppid !== process.pid && argv.some((word) => word.includes(this.dir)));
	}

	#isResponder({ pid, argv }) {
		return argv.includes(this.conf) && argv[0] === this.binary && executable(pid) === this.binary;
	}

	responders() {
		return this.#ours().filter((process) => this.#isResponder(process)).map(({ pid }) => pid);
	}

	// ffmpegs, ffprobes, jails that become one, and stand-ins for them.
	children() {
		return this.#ours().filter((process) => !this.#isResponder(process) && !process.argv.includes("spawn-fcgi"));
	}

	get(path, headers = {}) {
		return this.request("GET", path, { headers });
	}

	request(method, path, options) {
		return request(this.port, method, path, options);
	}

	url(path) {
		return `http://127.0.0.1:${this.port}${path}`;
	}

	put(bytes, query = {}) {
		return this.request("PUT", `/api/videos?${new URLSearchParams(query)}`, { body: bytes });
	}

	post(parts, headers = {}) {
		return this.request("POST", "/api/videos", { body: formBody(parts), headers: { ...formHeaders(), ...headers } });
	}

	// Deletes a video.  202 is right only where it took as long as a request waits at the most.
	async remove(id) {
		const begun = performance.now(), { status, text } = await this.request("DELETE", `/api/videos/${id}`), ms = performance.now() - begun;
		if (status !== 204 && !(status === 202 && ms > 2900))
			throw new Error(`the deletion of ${id} was answered with ${status} after ${ms} ms: ${text}`);
		await until(async () => await this.count(`video WHERE id = '${id}'`) === 0, `${id} is deleted`);
		return status;
	}

	// Uploads a file's bytes and returns the id.
	async upload(path, { via = "put", ...query } = {}) {
		const bytes = readFileSync(path), filename = basename(path);
		const answer = via === "form" ? await this.post([filePart(bytes, filename)])
			: await this.put(bytes, { filename, ...query });
		if (answer.status !== 201)
			throw new Error(`the upload of ${path} was answered with ${answer.status}: ${answer.text}`);
		return answer.json.id;
	}

	async video(id) {
		const answer = await this.get(`/api/videos/${id}`);
		return answer.status === 200 ? answer.json : null;
	}

	// Of a video; with the id of one, that one with all that there is of it.
	async tasks(id, task) {
		return (await this.get(`/api/videos/${id}/tasks${task ? `?task=${task}` : ""}`)).json.tasks;
	}

	// What changes while tasks begin, go on and end: until()'s mark.
	moves() {
		return this.value("SELECT format('%d %d %d %d', count(*), total(attempts), total(frames), count(ended_ms)) FROM task").catch(() => null);
	}

	// Until the video is in this state, for as long as anything moves; ends early when it can no longer get there.
	async waitFor(id, state, ms = 120_000) {
		const final = ["ready", "failed", "cancelled"];
		return until(async () => {
			const video = await this.video(id).catch(() => null);
			if (video && final.includes(video.state) && final.includes(state) && video.state !== state)
				throw new Error(`video ${id} is ${video.state}, not ${state}: ${video.reason}: ${video.detail}`);
			return video?.state === state ? video : null;
		}, `video ${id} is ${state}`, ms, 100, () => this.moves());
	}

	// Rows, by the sqlite3 command line, as an operator has it.
	async sql(statement) {
		const options = ["-batch", "-init", "/dev/null", "-cmd", ".timeout 60000", "-json"];
		const text = await run("sqlite3", [...options, this.db, `\n${statement}`]);    // a comment first would be an option
		return text ? JSON.parse(text) : [];
	}

	async value(statement) {
		const [row] = await this.sql(statement);
		return row && Object.values(row)[0];
	}

	// How many rows there are: count("video WHERE state = 'ready'").
	count(what) {
		return this.value(`SELECT count(*) FROM ${what}`);
	}

	// One small and quick rung instead of the ladder; also without a storyboard, which costs a child.
	quick({ storyboard = 1 } = {}) {
		return this.sql(`DELETE FROM rung WHERE profile = 'default'; UPDATE profile SET storyboard = ${storyboard} WHERE storyboard <> ${storyboard};
			INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 240, 450, 'ultrafast')`);
	}

	files(folder) {
		return existsSync(join(this.dir, folder)) ? readdirSync(join(this.dir, folder)) : [];
	}

	// Nothing half-made is left: neither uploads nor scratch folders.
	async tidy() {
		await until(() => !this.files("incoming").length && !this.files("work").length && !this.children().length,
			`nothing left in incoming/ (${this.files("incoming")}), work/ (${this.files("work")}) and no child`);
	}

	#logs() {
		return this.files("log").map((name) => join(this.dir, "log", name));
	}

	log(name = "clipmill.log") {
		const path = join(this.dir, "log", name);
		return existsSync(path) ? readFileSync(path, "utf8") : "";
	}

	// The ends of the logs, as far as they were not told before.
	tellLogs() {
		for (const path of this.#logs()) {
			const text = readFileSync(path, "utf8");
			const fresh = text.slice(this.told.get(path) ?? 0).split("\n").slice(-40).join("\n").trim();
			this.told.set(path, text.length);
			if (fresh)
				process.stderr.write(`--- ${path}\n${fresh}\n`);
		}
	}
}

// For a test's option `skip`: false, or why this web server cannot be tested here.
export async function noWeb(web) {
	const program = { apache: "apache2" }[web] ?? web.replace(/-.*/, "");
	const found = await run("sh", ["-c", "command -v \"$0\"", program], { env: { PATH: SYSTEM_PATH } }).catch(() => "");
	return found ? false : `*** ${program} IS MISSING (Debian's package of that name): nothing behind it was tested`;
}

export const tellAllLogs = () => running.forEach((server) => server.tellLogs());

// The last resort, for a test that is cut: nothing of ours may go on.
function killAll() {
	for (const server of running) {
		const pids = processes().filter(({ argv }) => argv.some((word) => word.includes(server.dir))).map(({ pid }) => pid);
		[server.front?.pid, ...pids].filter((pid) => pid && pid !== process.pid).forEach((pid) => kill(pid));
		if (server.ownsDir)
			rmSync(server.dir, { recursive: true, force: true });
	}
}
process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
	process.on(signal, () => process.exit(1));

// A responder without a web server: for options and refusals.  Resolves to { code, stdout, stderr }.
export function responder(args, options = {}) {
	return new Promise((resolve) => {
		const child = spawn(clipmill, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
		const words = { stdout: "", stderr: "" };
		for (const stream of ["stdout", "stderr"])
			child[stream].on("data", (piece) => (words[stream] += piece));
		child.on("close", (code, signal) => resolve({ code, signal, ...words }));
	});
}

export { build, patience };
