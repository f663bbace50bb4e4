/*
 * base-test.c - buffers, ids, files and settings.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/listen.h"
#include "base/strings.h"

static char dir[64];

static int set_up(void **state)
{
	strcpy(dir, "/tmp/clipmill-base-XXXXXX");
	return mkdtemp(dir) != NULL ? chdir(dir) : -1;
}

static int tear_down(void **state)
{
	return chdir("/") == 0 ? file_remove_tree(AT_FDCWD, dir) : -1;
}

static void json_escapes_what_rfc_8259_wants_escaped(void **state)
{
	struct buf b = BUF_INIT;

	buf_json(&b, "a\"b\\c\n\t\x01\x7f\xc3\xa9");
	assert_string_equal(buf_text(&b), "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\xc3\xa9\"");
	buf_reset(&b);
	buf_json(&b, NULL);
	assert_string_equal(buf_text(&b), "null");
	buf_reset(&b);
	buf_json(&b, "a\xff" "b\xc3\xa9\xc3");         /* the last character is cut */
	assert_string_equal(buf_text(&b), "\"a\\ufffdb\xc3\xa9\\ufffd\"");
	buf_reset(&b);
	buf_utf8(&b, "\xff" "a\xc3\xa9\xc3\xff" "b");
	assert_string_equal(buf_text(&b), "\ufffd" "a\xc3\xa9\ufffd\ufffd" "b");
	buf_fini(&b);
}

static void html_escapes_all_five(void **state)
{
	struct buf b = BUF_INIT;

	buf_html(&b, "<a href='x'>&\"");
	assert_string_equal(buf_text(&b), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
	buf_fini(&b);
}

static void a_shell_takes_each_word_as_one(void **state)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 3; i++) {
		buf_shell(&b, (const char *[]){ "/srv/clip-mill_1.conf", "it's $HOME", "" }[i]);
		buf_puts(&b, ";");
	}
	assert_string_equal(buf_text(&b), "/srv/clip-mill_1.conf;'it'\\''s $HOME';'';");
	buf_fini(&b);
}

static void a_buffer_keeps_its_tail(void **state)
{
	struct buf b = BUF_INIT;

	buf_puts(&b, "0123456789");
	buf_keep_tail(&b, 4);
	assert_string_equal(buf_text(&b), "6789");
	buf_keep_tail(&b, 4);
	assert_int_equal(b.len, 4);
	buf_cut(&b, 9);
	buf_cut(&b, 2);
	assert_string_equal(buf_text(&b), "67");
	buf_fini(&b);
}

static void a_list_becomes_a_json_array(void **state)
{
	struct strings list = STRINGS_INIT;
	struct buf b = BUF_INIT;

	strings_add(&list, "a b");
	strings_addf(&list, "%d\"", 7);
	assert_null(list.items[2]);
	strings_json(&list, &b);
	assert_string_equal(buf_text(&b), "[\"a b\",\"7\\\"\"]");
	strings_fini(&list);
	buf_fini(&b);
}

static void ids_differ_and_are_valid(void **state)
{
	char a[ID_LEN + 1], b[ID_LEN + 1];

	id_new(a);
	id_new(b);
	assert_true(id_valid(a));
	assert_string_not_equal(a, b);
	assert_false(id_valid(""));
	assert_false(id_valid("../../../../etc/passwd"));
	assert_false(id_valid("AAAAAAAAAAAAAAAAAAAAAAA"));
	assert_false(id_valid("AAAAAAAAAAAAAAAAAAAAA/"));
}

/* What stands between file.c and libc here. */
static bool kinds_are_told = true;
static int syncs;

struct dirent *readdir(DIR *folder)
{
	struct dirent *(*real)(DIR *) = (struct dirent *(*)(DIR *))dlsym(RTLD_NEXT, "readdir"), *entry = real(folder);

	if (entry != NULL && !kinds_are_told)
		entry->d_type = DT_UNKNOWN;
	return entry;
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	syncs++;
	return real(fd);
}

static void all_files_of_a_folder_are_synced_whatever_it_tells_of_them(void **state)
{
	assert_int_equal(file_make_dirs("s/t", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "s/a", "x", 1), 0);
	assert_int_equal(file_replace(AT_FDCWD, "s/b", "x", 1), 0);
	assert_int_equal(symlink("nowhere", "s/c"), 0);
	for (int i = 0; i < 2; i++, kinds_are_told = !kinds_are_told) {
		syncs = 0;
		assert_int_equal(file_sync_all(AT_FDCWD, "s"), 0);
		assert_int_equal(syncs, 3);             /* two files, and their folder */
	}
}

static void a_file_is_replaced_whole(void **state)
{
	struct buf b = BUF_INIT;

	assert_int_equal(file_replace(AT_FDCWD, "f", "one", 3), 0);
	assert_int_equal(file_replace(AT_FDCWD, "f", "two!", 4), 0);
	assert_int_equal(file_read(AT_FDCWD, "f", 100, &b), 0);
	assert_string_equal(buf_text(&b), "two!");
	assert_int_equal(access("f.tmp", F_OK), -1);
	assert_int_equal(file_read(AT_FDCWD, "f", 3, &b), -1);
	assert_int_equal(errno, EFBIG);
	buf_fini(&b);
}

static void what_is_no_file_has_no_size_and_says_why(void **state)
{
	errno = 0;
	assert_int_equal(file_size(AT_FDCWD, "."), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(symlink("nowhere", "link-to-nowhere"), 0);
	assert_int_equal(file_size(AT_FDCWD, "link-to-nowhere"), -1);
	assert_int_equal(errno, EINVAL);
}

static void a_tree_is_removed_and_links_are_not_followed(void **state)
{
	assert_int_equal(mkdir("keep", 0755), 0);
	assert_int_equal(file_replace(AT_FDCWD, "keep/me", "x", 1), 0);
	assert_int_equal(mkdir("t", 0755), 0);
	assert_int_equal(mkdir("t/u", 0755), 0);
	assert_int_equal(file_replace(AT_FDCWD, "t/u/f", "x", 1), 0);
	assert_int_equal(symlink("../keep", "t/link"), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, "t"), 0);
	assert_int_equal(access("t", F_OK), -1);
	assert_int_equal(access("keep/me", F_OK), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, "t"), 0);
}

/* As a child leaves it that was broken into. */
static void a_tree_of_any_depth_is_removed_with_what_may_not_be_read(void **state)
{
	const bool is_root = geteuid() == 0;

	assert_int_equal(chmod(".", 0777), 0);
	assert_true(!is_root || seteuid(65534) == 0);
	assert_int_equal(mkdir("t", 0755), 0);
	assert_int_equal(chdir("t"), 0);
	for (int depth = 0; depth < 200; depth++) {
		assert_int_equal(mkdir("closed", 0), 0);
		assert_int_equal(file_replace(AT_FDCWD, "deep-0", "x", 1), 0);
		assert_int_equal(mkdir("down", 0755), 0);
		assert_int_equal(chdir("down"), 0);
	}
	for (int depth = 0; depth <= 200; depth++)
		assert_int_equal(chdir(".."), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, "t"), 0);
	assert_int_equal(access("t", F_OK), -1);
	assert_true(!is_root || seteuid(0) == 0);
}

/* Settings ------------------------------------------------------------------------------------ */

static void write_conf(const char *text)
{
	assert_int_equal(file_replace(AT_FDCWD, "c.conf", text, strlen(text)), 0);
}

static void wrong_settings_are_refused_with_file_and_line(void **state)
{
#define LONG "localhost localhost localhost localhost localhost localhost localhost localhost localhost localhost localhost localhost "
	static const struct { const char *text; const char *where; } table[] = {
		{ "[http]\nthreadz = 4\n", "c.conf:2: there is no setting 'threadz'" },
		{ "[nowhere]\nthreads = 4\n", "c.conf:2:" },
		{ "[http]\n\nthreads = many\n", "c.conf:3: threads = many" },
		{ "[http]\nthreads = 0\n", "c.conf:2:" },
		{ "[http]\nthreads = 99999999999999999999\n", "c.conf:2:" },
		{ "[http]\nthreads = -4\n", "c.conf:2:" },
		{ "[http]\nheader_timeout = 5\n", "expected a time" },
		{ "[store]\nfloor = 5X\n", "expected bytes" },
		{ "[jail]\nsandbox = maybe\n", "require or best-effort or off" },
		{ "[store]\nnonsense\n", "c.conf:2: neither" },
		{ "[http]\nthreads = 4\nupload_threads = 4\n", "upload_threads must be less" },
		{ "[http\nthreads = 4\n", "c.conf:1: neither" },
		{ "[encode]\nslots = 1\n[log]\n[encode]\nslots = 2\n", "c.conf:5: slots is given a second time" },
		{ "[encode]\nslots = 1\n  2\n", "c.conf:3: neither" },
		{ "[http]\n;" LONG LONG "\nhosts = a " LONG LONG "\n", "c.conf:3: longer than" },
		{ "[http]\nhosts = a, b\n", "c.conf:2: hosts = a, b" },
		{ "[http]\nhosts = a:80\n", "without a port" },
		{ "[encode]\nffmpeg = ffmpeg\n", "an absolute path" },
	};
	char error[512];
	struct conf conf;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		write_conf(table[i].text);
		assert_int_equal(conf_load(&conf, "c.conf", error, sizeof error), -1);
		if (strstr(error, table[i].where) == NULL)
			fail_msg("'%s' does not say '%s'", error, table[i].where);
	}
	assert_int_equal(conf_load(&conf, ".", error, sizeof error), -1);
	assert_non_null(strstr(error, "Is a directory"));
}

static void settings_are_read_with_their_units(void **state)
{
	char error[512];
	struct conf conf;

	write_conf("[store]\ndir = data\nfloor = 3M\n[encode]\nstall = 2m\ngrace = 250ms\n[jail]\n\tsandbox = off\n[log]\n"
		   "  level = debug\n[http]\nhosts = A  [::1]\tb\n");
	assert_int_equal(conf_load(&conf, "c.conf", error, sizeof error), 0);
	assert_int_equal(conf.floor_bytes, 3 << 20);
	assert_int_equal(conf.stall_ms, 120000);
	assert_int_equal(conf.grace_ms, 250);
	assert_int_equal(conf.sandbox, CONF_SANDBOX_OFF);
	assert_int_equal(conf.log_level, 3);
	assert_string_equal(conf.hosts, "a [::1] b");
	assert_int_equal(strncmp(conf.dir, dir, strlen(dir)), 0);
	assert_string_equal(conf.dir + strlen(conf.dir) - 5, "/data");
	conf_fini(&conf);
}

static void what_is_printed_reads_back_the_same(void **state)
{
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct buf *const texts[] = { &first, &second };
	char error[512];
	struct conf conf;
	FILE *out;

	assert_int_equal(conf_load(&conf, NULL, error, sizeof error), 0);
	for (int i = 0; i < 2; i++) {
		out = fopen("c.conf", "w");
		conf_print(&conf, out);
		assert_int_equal(fclose(out), 0);
		conf_fini(&conf);
		assert_int_equal(file_read(AT_FDCWD, "c.conf", 1 << 16, texts[i]), 0);
		assert_int_equal(conf_load(&conf, "c.conf", error, sizeof error), 0);
	}
	assert_string_equal(buf_text(&first), buf_text(&second));
	conf_fini(&conf);
	buf_fini(&first);
	buf_fini(&second);
}

static void a_socket_that_nobody_listens_on_is_replaced(void **state)
{
	char error[256];
	struct stat st;
	int first, second;

	first = listen_unix("s.sock", error, sizeof error);
	assert_true(first >= 0);
	assert_int_equal(stat("s.sock", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(listen_unix("s.sock", error, sizeof error), -1);
	assert_non_null(strstr(error, "s.sock"));
	close(first);
	second = listen_unix("s.sock", error, sizeof error);
	assert_true(second >= 0);
	close(second);
}

static void json_is_judged_strictly(void **state)
{
	static const char *const right[] = {
		"{}", " {\t\"a\" : 1 , \"b\":[ ] }\r\n", "{\"\":\"\\u00fF\\n\\\\\\\"\"}", "{\"a\":[-0,0.5,-1e+9,1E-2,12]}",
		"{\"a\":{\"b\":[true,false,null,{}]}}", "{\"\x80\":0}", "{\"a\":1,\"a\":2}",
	};
	static const char *const wrong[] = {
		"", "[]", "1", "{", "}", "{}x", "{} {}", "{1:2}", "{[\"b\"]:2}", "{{\"a\":\"b\"}:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
		"{\"a\":01}", "{\"a\":-}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":+1}", "{\"a\":0x1}", "{\"a\":nul}", "{\"a\":True}",
		"{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"x\\u0000\"}", "{\"a\":\"\n\"}", "{'a':1}", "{\"a\":1}}",
	};
	char deep[3 * JSON_DEPTH_MOST + 8] = "{\"a\":";

	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		assert_true(json_is_object(right[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(json_is_object(wrong[i]));
	memset(deep + 5, '[', JSON_DEPTH_MOST - 1);
	memset(deep + 5 + JSON_DEPTH_MOST - 1, ']', JSON_DEPTH_MOST - 1);
	strcat(deep, "}");
	assert_true(json_is_object(deep));
	memset(deep + 5, '[', JSON_DEPTH_MOST);
	memset(deep + 5 + JSON_DEPTH_MOST, ']', JSON_DEPTH_MOST);
	strcpy(deep + 5 + 2 * JSON_DEPTH_MOST, "}");
	assert_false(json_is_object(deep));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(json_is_judged_strictly),
		T(json_escapes_what_rfc_8259_wants_escaped),
		T(html_escapes_all_five),
		T(a_shell_takes_each_word_as_one),
		T(a_buffer_keeps_its_tail),
		T(a_list_becomes_a_json_array),
		T(ids_differ_and_are_valid),
		T(all_files_of_a_folder_are_synced_whatever_it_tells_of_them),
		T(a_file_is_replaced_whole),
		T(what_is_no_file_has_no_size_and_says_why),
		T(a_tree_is_removed_and_links_are_not_followed),
		T(a_tree_of_any_depth_is_removed_with_what_may_not_be_read),
		T(wrong_settings_are_refused_with_file_and_line),
		T(settings_are_read_with_their_units),
		T(what_is_printed_reads_back_the_same),
		T(a_socket_that_nobody_listens_on_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
