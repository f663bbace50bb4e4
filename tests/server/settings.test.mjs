// settings.test.mjs - options, the settings file, and what a responder refuses to start with.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "../lib/harness.mjs";
import { clipmill, jail, tree } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { responder } from "../lib/server.mjs";

const dir = mkdtempSync(join(tmpdir(), "clipmill-"));
const conf = join(dir, "clipmill.conf");
after(() => rmSync(dir, { recursive: true, force: true }));

function configure(text) {
	writeFileSync(conf, text);
	return conf;
}

test("--version and --help answer, and nonsense is refused", async () => {
	assert.match((await responder(["--version"])).stdout, /^clipmill \d+\.\d+\.\d+\n$/);
	assert.match((await responder(["--help"])).stdout, /--config/);
	for (const args of [["--nonsense"], ["nonsense"], ["--config"]]) {
		const { code, stderr } = await responder(args);
		assert.ok(code > 0 && stderr.length > 10, args.join(" "));
	}
});

test("the shipped settings file names every setting with its default", async () => {
	const shipped = join(tree, "conf-examples/clipmill.conf");
	const open = configure(readFileSync(shipped, "utf8").replace(/^;([a-z_]+ = )/gm, "$1"));
	const plain = await responder(["--config", shipped, "--check-config"]);
	const opened = await responder(["--config", open, "--check-config"]);
	assert.deepEqual([plain.code, opened.code], [0, 0], plain.stderr + opened.stderr);
	const values = ({ stdout }) => stdout.split("\n").filter((line) => !/^(dir|program|mux|digest) = /.test(line));
	assert.deepEqual(values(opened), values(plain));
	assert.match(plain.stdout, /^dir = [^]*^level = /m);
	for (const [, key] of plain.stdout.matchAll(/^([a-z_]+) = /gm))
		assert.match(readFileSync(shipped, "utf8"), new RegExp(`^;${key} = `, "m"));
});

test("the manual's bounds are taken as they stand there, and its defaults hold", async () => {
	const sections = readFileSync(join(tree, "man/clipmill.conf.5"), "utf8").split(/^\.Ss Section /m).slice(1);
	const settings = sections.flatMap((text) => [...text.matchAll(/^\.It Li (\w+)\n([^]*?)(?=^\.It Li|^\.El)/gm)].map(([, key, words]) => {
		const [, least, most, usual] = /^From (\w+) to (\w+); default (\w+)/m.exec(words) ?? [];
		return { section: text.split("\n", 1)[0], key, least, most, usual };
	})).filter(({ least }) => least);
	const check = async (which) => {
		const text = settings.map((setting) => `[${setting.section}]\n${setting.key} = ${setting[which]}\n`).join("");
		const { code, stdout, stderr } = await responder(["--config", configure(text), "--check-config"]);
		assert.equal(code, 0, stderr);
		return stdout;
	};
	await check("least");
	await check("most");
	const stated = await check("usual"), plain = await responder(["--config", configure(""), "--check-config"]);
	assert.equal(stated, plain.stdout);
	assert.equal(settings.length, [...stated.matchAll(/ = \d+(ms)?$/gm)].length, "each number has its bounds there");
});

test("what --check-config prints can be read again", async () => {
	configure(`[store]\ndir = ${dir}\nfloor = 3G\n[http]\nhosts = Localhost [::1]\n[encode]\nstall = 1500ms\n`);
	const first = await responder(["--config", conf, "--check-config"]);
	const second = await responder(["--config", configure(first.stdout), "--check-config"]);
	assert.equal(second.stdout, first.stdout);
	assert.match(first.stdout, new RegExp(`dir = ${dir}`));
	assert.match(first.stdout, /^hosts = localhost \[::1\]$/m);
	const full = await run("sh", ["-c", `"$0" --config "$1" --check-config 2>&1 >/dev/full; echo $?`, clipmill, conf]);
	assert.match(full, /No space left on device\n1\n$/);
});

test("a wrong name or value is refused with file and line", async () => {
	for (const [text, line, words] of [
		["[store]\ndri = /x\n", 2, "dri"], ["[stroe]\ndir = /x\n", 2, "stroe"], ["\n\n[http]\nthreads = many\n", 4, "threads"],
		["[http]\nthreads = 0\n", 2, "threads"], ["[http]\nidle_timeout = 5\n[encode]\nwall = 3 days\n", 2, "idle_timeout"],
		["[store]\nfloor = -1\n", 2, "floor"], ["[store]\nfloor = 99999999999T\n", 2, "floor"], ["[jail]\nsandbox = maybe\n", 2, "sandbox"],
		["[encode]\nnice = 20\n", 2, "nice"], ["no section = here\n", 1, "no section"], ["[store\n", 1, ""],
	]) {
		const { code, stderr } = await responder(["--config", configure(text), "--check-config"]);
		assert.ok(code > 0, text);
		assert.ok(stderr.includes(`${conf}:${line}:`) && stderr.includes(words), `${JSON.stringify(text)}: ${stderr}`);
	}
});

test("a settings file that is not there is refused", async () => {
	const { code, stderr } = await responder(["--config", "/nowhere/clipmill.conf", "--check-config"]);
	assert.ok(code > 0);
	assert.match(stderr, /\/nowhere\/clipmill\.conf/);
});

test("without --config the environment names the file, and what is empty names none", async () => {
	const check = async (named, args = []) => {
		const { code, stdout, stderr } = await responder([...args, "--check-config"], { env: { ...process.env, CLIPMILL_CONFIG: named } });
		return code === 0 ? Number(/^attempts = (\d+)$/m.exec(stdout)[1]) : stderr;
	};
	const other = join(dir, "other.conf");
	writeFileSync(other, "[encode]\nattempts = 12\n");
	configure("[encode]\nattempts = 11\n");
	assert.deepEqual([await check(conf), await check(conf, ["--config", other])], [11, 12]);
	const { CLIPMILL_CONFIG, ...env } = process.env, plain = await responder(["--check-config"], { env });
	assert.equal((await responder(["--check-config"], { env: { ...env, CLIPMILL_CONFIG: "" } })).stdout, plain.stdout);
	assert.match(await check("/nowhere/named.conf"), /\/nowhere\/named\.conf/);
});

test("init makes folders and database, and may be run again", async () => {
	const store = join(dir, "store");
	configure(`[store]\ndir = ${store}\n`);
	for (let i = 0; i < 2; i++) {
		const { code, stderr } = await responder(["--config", conf, "init"]);
		assert.equal(code, 0, stderr);
	}
	for (const folder of ["incoming", "source", "work", "media", "run"])
		assert.ok(statSync(join(store, folder)).isDirectory(), folder);
	assert.equal((await run("sqlite3", [join(store, "clipmill.db"), "PRAGMA journal_mode"])).trim(), "wal");
});

test("init makes what is missing above its folder, and says what it cannot make", async () => {
	const store = join(dir, "usr/local/var/lib/clipmill");
	for (const named of [store, `${store}/`, "relative/to/the/file/"]) {
		const { code, stderr } = await responder(["--config", configure(`[store]\ndir = ${named}\n`), "init"]);
		assert.equal(code, 0, stderr);
	}
	assert.ok(statSync(join(store, "clipmill.db")).isFile() && statSync(join(dir, "relative/to/the/file/clipmill.db")).isFile());
	writeFileSync(join(dir, "file"), "");
	const { code, stderr } = await responder(["--config", configure(`[store]\ndir = ${join(dir, "file/below/it")}\n`), "init"]);
	assert.ok(code > 0);
	assert.match(stderr, /file\/below\/it: Not a directory/);
});

const shm = "/dev/shm";
const noOtherDisk = !existsSync(shm) || statSync(shm).dev === statSync(dir).dev ? `${shm} is no other file system here` : false;

test("init refuses a folder that is on another file system than the rest", { skip: noOtherDisk }, async () => {
	const store = join(dir, "parted"), away = mkdtempSync(join(shm, "clipmill-"));
	try {
		mkdirSync(store);
		symlinkSync(away, join(store, "media"));
		const { code, stderr } = await responder(["--config", configure(`[store]\ndir = ${store}\n`), "init"]);
		assert.ok(code > 0);
		assert.match(stderr, /parted\/media is on another file system than .*parted/);
	} finally {
		rmSync(away, { recursive: true, force: true });
	}
});

test("eight that start to make one database make one", async () => {
	configure(`[store]\ndir = ${join(dir, "race")}\n`);
	const ends = await Promise.all(Array.from({ length: 8 }, () => responder(["--config", conf, "init"])));
	assert.deepEqual(ends.map(({ code }) => code), Array(8).fill(0), ends.map(({ stderr }) => stderr).join(""));
	const found = await run("sqlite3", [join(dir, "race/clipmill.db"), "SELECT count(*) FROM profile WHERE name = 'default'; PRAGMA integrity_check"]);
	assert.equal(found, "1\nok\n");
});

test("a database of a newer version, or none of ours, is refused and left alone", async () => {
	configure(`[store]\ndir = ${join(dir, "newer")}\n[jail]\nprogram = ${jail}\n`);
	await responder(["--config", conf, "init"]);
	await run("sqlite3", [join(dir, "newer/clipmill.db"), "PRAGMA user_version = 99"]);
	const { code, stderr } = await responder(["--config", conf, "--socket", join(dir, "a.sock")]);
	assert.ok(code > 0, stderr);
	assert.match(stderr, /newer|version/);
	assert.equal((await run("sqlite3", [join(dir, "newer/clipmill.db"), "PRAGMA user_version"])).trim(), "99");
});

test("without a store, a jail or a socket a responder says so and does not start", async () => {
	const starts = async (text, args) => {
		const { code, signal, stderr } = await responder(["--config", configure(text), ...args], { timeout: 120_000 });
		assert.ok(code > 0 && signal === null, `${text}: ${code} ${signal} ${stderr}`);
		return stderr;
	};
	const store = `[store]\ndir = ${join(dir, "store")}\n`, socket = ["--socket", join(dir, "b.sock")];
	assert.equal((await responder(["--config", configure(store), "init"])).code, 0);
	assert.match(await starts(`[store]\ndir = ${join(dir, "never made")}\n`, socket), /never made: No such file or directory .*clipmill init/);
	assert.match(await starts(`${store}[jail]\nprogram = /nowhere/jail\n`, socket), /jail|sandbox/);
	assert.match(await starts(`${store}[jail]\nprogram = /bin/false\n`, socket), /jail|sandbox/);
	assert.match(await starts(`${store}[jail]\nprogram = ${jail}\n`, []), /socket|descriptor/);
});

test("a command beside an option that would leave it undone is refused", async () => {
	configure(`[store]\ndir = ${join(dir, "undone")}\n`);
	for (const option of [["--check-config"], ["--socket", join(dir, "c.sock")]]) {
		const { code, stdout, stderr } = await responder(["--config", conf, ...option, "init"]);
		assert.deepEqual([code, stdout], [1, ""]);
		assert.match(stderr, /init goes with neither/);
	}
});
