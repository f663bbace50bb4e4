/*
 * main.c - options, subcommands, start and stop of one responder.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/listen.h"
#include "base/log.h"
#include "cli/cli.h"
#include "http/server.h"
#include "supervise/supervisor.h"

#define STOP_MS 4000            /* from TERM to the end of requests under way; we exit within 5 s */
#define FILES_WANTED 65536

struct options {
	const char *config;             /* NULL: the built-in defaults */
	const char *socket;             /* NULL: descriptor 0 */
	bool check_config;
	const struct cli_command *command;      /* NULL: serve */
	int argc;                       /* of the command */
	char **argv;
};

/* What the end of the loop needs to stop the request threads in time. */
struct ending {
	struct server *server;
	int64_t begun_ms;               /* monotonic; 0: not yet */
};

static const char usage[] =
	"usage: clipmill [--config FILE] [--socket PATH]    serve FastCGI on PATH, or on descriptor 0\n"
	"       clipmill [--config FILE] --check-config     print the effective settings\n"
	"       clipmill --version | --help\n"
	"See clipmill(8) and clipmill.conf(5).\n";

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "socket", required_argument, NULL, 's' },
	{ "check-config", no_argument, NULL, 'C' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void print_usage(FILE *out)
{
	fputs(usage, out);
	fputs("With a word, it does one thing and ends:\n", out);
	for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
		fprintf(out, "       clipmill [--config FILE] %-26s %s\n", command->words, command->does);
}

static const struct cli_command *find_command(const char *name)
{
	for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* The file that the environment names, else the installed one, where there is one. */
static const char *default_config(void)
{
	const char *named = getenv("CLIPMILL_CONFIG");

	if (named != NULL && named[0] != '\0')
		return named;
	return access(CLIPMILL_SYSCONF, F_OK) == 0 || errno != ENOENT ? CLIPMILL_SYSCONF : NULL;
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case 'c':
		options->config = optarg;
		break;
	case 's':
		options->socket = optarg;
		break;
	case 'C':
		options->check_config = true;
		break;
	case 'V':
		puts(PACKAGE_STRING);
		exit(EXIT_SUCCESS);
	case 'h':
		print_usage(stdout);
		exit(EXIT_SUCCESS);
	default:
		print_usage(stderr);
		exit(EXIT_FAILURE);
	}
}

static void parse(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){ .config = default_config() };
	while ((option = getopt_long(argc, argv, "+c:s:h", long_options, NULL)) != -1)
		take_option(options, option);
	if (optind == argc)
		return;
	options->command = find_command(argv[optind]);
	options->argc = argc - optind;
	options->argv = argv + optind;
	if (options->command == NULL) {
		fprintf(stderr, "clipmill: %s: not understood\n", argv[optind]);
		print_usage(stderr);
		exit(EXIT_FAILURE);
	}
	if (options->check_config || options->socket != NULL) {
		fprintf(stderr, "clipmill: %s goes with neither --check-config nor --socket\n", argv[optind]);
		exit(EXIT_FAILURE);
	}
}

/* Each upload, child and connection is a descriptor: as many as the hard limit gives. */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void on_stopping(void *user)
{
	struct ending *ending = user;

	ending->begun_ms = clock_mono_ms();
	server_close(ending->server);
}

static void stop_server(struct ending *ending)
{
	int64_t left_ms = STOP_MS - (clock_mono_ms() - ending->begun_ms);

	if (!server_stop(ending->server, left_ms > 100 ? left_ms : 100))
		log_warn("requests under way were cut");
}

static int serve(const struct conf *conf, const struct options *options)
{
	struct ending ending = { NULL, 0 };
	struct supervisor *supervisor;
	char error[512];
	bool clean;
	int fd;

	fd = options->socket != NULL ? listen_unix(options->socket, error, sizeof error)
				     : listen_inherited(error, sizeof error);
	if (fd < 0)
		return cli_complain(error);
	supervisor = supervisor_new(conf, error, sizeof error);
	if (supervisor == NULL)
		return cli_complain(error);
	ending.server = server_start(conf, fd, supervisor_worker(supervisor),
				     supervisor_parking(supervisor), error, sizeof error);
	if (ending.server == NULL) {
		supervisor_free(supervisor);
		return cli_complain(error);
	}
	log_info("%s: worker %s: ready", PACKAGE_STRING, supervisor_worker(supervisor));
	clean = supervisor_run(supervisor, on_stopping, &ending);
	stop_server(&ending);
	if (!clean)
		_exit(EXIT_SUCCESS);
	supervisor_free(supervisor);
	return EXIT_SUCCESS;
}

static int run(const struct conf *conf, const struct options *options)
{
	if (options->check_config) {
		conf_print(conf, stdout);
		return EXIT_SUCCESS;
	}
	if (options->command != NULL)
		return options->command->run(conf, options->argc, options->argv);
	log_set_level((enum log_level)conf->log_level);
	return serve(conf, options);
}

int main(int argc, char **argv)
{
	struct options options;
	struct conf conf;
	char error[512];
	int status;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	umask(022);
	raise_files();
	parse(&options, argc, argv);
	if (conf_load(&conf, options.config, error, sizeof error) < 0)
		return cli_complain(error);
	status = run(&conf, &options);
	if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
		status = cli_complain(strerror(errno));
	conf_fini(&conf);
	return status;
}
