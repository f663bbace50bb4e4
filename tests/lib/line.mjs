// line.mjs - a slow line to a server, which can be cut and mended: a TCP relay of our own.
// SPDX-License-Identifier: MIT
import net from "node:net";
import { after } from "node:test";

export class Line {
	#sockets = new Set();
	#isCut = false;

	// What the client sends goes through at so many bytes a second.
	static open(server, bytesPerSecond) {
		const line = new Line();
		line.server = server;
		line.rate = bytesPerSecond;
		line.relay = net.createServer({ pauseOnConnect: true }, (client) => line.#join(client));
		after(() => {
			line.cut();
			line.relay.close();
		});
		return new Promise((resolve) => line.relay.listen(0, "127.0.0.1", () => resolve(line)));
	}

	#join(client) {
		if (this.#isCut) {
			client.destroy();
			return;
		}
		const server = net.connect(this.server.port, "127.0.0.1"), end = () => [client, server].forEach((socket) => socket.destroy());
		for (const socket of [client, server]) {
			this.#sockets.add(socket);
			socket.on("error", end);
			socket.on("close", () => {
				this.#sockets.delete(socket);
				end();
			});
		}
		server.pipe(client);
		client.on("data", (bytes) => {
			client.pause();
			server.write(bytes);
			setTimeout(() => client.resume(), (1000 * bytes.length) / this.rate);
		});
		client.resume();
	}

	url(path) {
		return `http://127.0.0.1:${this.relay.address().port}${path}`;
	}

	cut() {
		this.#isCut = true;
		this.#sockets.forEach((socket) => socket.destroy());
	}

	mend() {
		this.#isCut = false;
	}
}
