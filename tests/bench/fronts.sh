# fronts.sh - web servers side by side, each with responders, a folder and a port of its own.  SPDX-License-Identifier: MIT
# Sourced after common.sh.  A front is named as its file in conf-examples; "hand-over" is nginx with that addition,
# "dav" nginx alone, "node" nginx before a Node cluster.
declare -A front_pid front_port
next_port=$((port + 1))
user=$(id -un) group=$(id -gn)
if [ "$(id -u)" = 0 ]; then user=www-data group=www-data; chmod 755 "$scratch"; fi
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# fill FILE: nginx knows no environment.
fill() {
	local text name
	text=$(<"$1")
	for name in "${!CLIPMILL_@}"; do text=${text//"\${$name}"/"${!name}"}; done
	printf '%s\n' "$text"
}

# Of a front: itself and all below it, then its responders.
web_pids() { local p; p=${front_pid[$1]}; echo "$p" $(pgrep -P "$p"); }
responder_pids() { pgrep -f "^$scratch/clipmill --config $scratch/$1/clipmill.conf" || true; }

# CPU so far of these processes, in ms (steps of 10).
cpu_ms() {
	local pid
	for pid; do
		awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hz }' "/proc/$pid/stat" 2>/dev/null
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

# What all nginx have in common.  A failed step of theirs would be slow, not wrong: so they log.
plain_nginx() {  # NAME, its server block from standard input
	mkdir -p "$scratch/$1/tmp"
	{
		printf 'user %s %s;\npid %s/pid;\nerror_log %s/log warn;\nworker_processes auto;\n' "$user" "$group" "$scratch/$1" "$scratch/$1"
		printf 'events { worker_connections 8192; }\nhttp {\naccess_log off;\n'
		for kind in client_body fastcgi proxy uwsgi scgi; do printf '%s_temp_path %s/tmp/%s;\n' $kind "$scratch/$1" $kind; done
		cat
		echo '}'
	} > "$scratch/$1/nginx.conf"
	nginx -e "$scratch/$1/log" -c "$scratch/$1/nginx.conf" -g 'daemon off;' &
}

start_dav() {
	mkdir -p "$scratch/dav/api"
	chown "$user:$group" "$scratch/dav/api"
	plain_nginx dav <<-END
		server {
			listen 127.0.0.1:${front_port[dav]};
			client_max_body_size 0;
			client_body_buffer_size 256k;
			location = / { return 204; }
			location /api/ { root $scratch/dav; dav_methods PUT; create_full_put_path on; }
		}
	END
}

start_node() {
	local inner=$((next_port++))
	mkdir -p "$scratch/node/incoming" "$scratch/node/source"
	chown "$user:$group" "$scratch"/node/*
	node "$here/node-uploads.mjs" "$inner" "$scratch/node" &
	front_pid[node-itself]=$!
	plain_nginx node <<-END
		upstream node { server 127.0.0.1:$inner; keepalive 32; }
		server {
			listen 127.0.0.1:${front_port[node]};
			client_max_body_size 0;
			client_body_buffer_size 256k;
			location / {
				proxy_pass http://node;
				proxy_http_version 1.1;
				proxy_set_header Connection "";
				proxy_request_buffering off;
				proxy_read_timeout 3600s;
			}
		}
	END
}

# Responders as a pool, as that web server's user.
start_pool() {   # NAME
	local as=()
	[ "$user" = "$(id -un)" ] || as=(-u "$user" -g "$group")
	spawn-fcgi -s "$CLIPMILL_DIR/run/clipmill.sock" -M 0660 -b 1024 -F 2 "${as[@]}" -- \
		/bin/sh -c 'exec "$@" 2>>"$0"' "$CLIPMILL_DIR/log/clipmill.log" "$CLIPMILL_BIN" --config "$CLIPMILL_CONFIG" >/dev/null || die "spawn-fcgi"
}

start_clipmill() { # NAME
	local conf=$top/conf-examples/$1.conf
	export CLIPMILL_BIN=$scratch/clipmill CLIPMILL_CONFIG=$scratch/$1/clipmill.conf CLIPMILL_DIR=$scratch/$1 CLIPMILL_WWW=$build/www \
		CLIPMILL_ADDRESS=127.0.0.1 CLIPMILL_PORT=${front_port[$1]} CLIPMILL_PROCS=2 CLIPMILL_USER=$user CLIPMILL_GROUP=$group
	mkdir -p "$CLIPMILL_DIR"/{run,log,tmp,etc/clipmill}
	printf '%s\n' '[store]' "dir = $CLIPMILL_DIR" '[encode]' 'slots = 0' '[jail]' "program = $scratch/clipmill-jail" \
		"mux = $scratch/clipmill-mux" 'sandbox = best-effort' > "$CLIPMILL_CONFIG"
	if [ "$1" = hand-over ]; then
		sed -i "s|^\\[encode\\]|hand_over = $CLIPMILL_DIR/hand-over\n&|" "$CLIPMILL_CONFIG"
		fill "$top/conf-examples/nginx-hand-over.conf" > "$CLIPMILL_DIR/etc/clipmill/hand-over.conf"
		conf=$top/conf-examples/nginx.conf
	fi
	"$CLIPMILL_BIN" --config "$CLIPMILL_CONFIG" init >/dev/null || die "init failed"
	chown -R "$user:$group" "$CLIPMILL_DIR"
	case $1 in
	lighttpd) lighttpd -D -f "$conf" & return ;;
	esac
	start_pool "$1"
	case $1 in
	apache) apache2 -DFOREGROUND -f "$conf" & ;;
	nginx | hand-over)
		fill "$conf" > "$CLIPMILL_DIR/etc/nginx.conf"
		nginx -e "$CLIPMILL_DIR/log/nginx.log" -c "$CLIPMILL_DIR/etc/nginx.conf" -g 'daemon off;' &
		;;
	esac
}

# start_front NAME: waits until it answers.
start_front() {
	[ -z "${front_pid[$1]-}" ] || return 0
	front_port[$1]=$((next_port++))
	if [ ! -x "$scratch/clipmill" ]; then cp "$build"/clipmill{,-jail,-mux} "$scratch/"; fi
	mkdir -p "$scratch/$1"
	case $1 in
	dav) start_dav ;;
	node) start_node ;;
	*) start_clipmill "$1" ;;
	esac 2>> "$scratch/$1/out"
	front_pid[$1]=$!
	! answers "http://127.0.0.1:${front_port[$1]}/" || return 0
	cat "$scratch/$1/out" "$scratch/$1/log/"* >&2
	die "$1 did not start"
}

stop_fronts() {
	local pids name
	for name in "${!front_pid[@]}"; do pids+=" ${front_pid[$name]} $(responder_pids "$name")"; done
	# shellcheck disable=SC2086 # a list of pids
	[ -z "$pids" ] || kill $pids 2>/dev/null
	for pid in $pids; do
		while kill -0 "$pid" 2>/dev/null && [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ]; do sleep 0.1; done
	done
	front_pid=()
}
trap 'stop_fronts; stop_server; rm -rf "$scratch"' EXIT
