# sql-embed.awk - turns sql/ into C.  SPDX-License-Identifier: MIT
#
# awk -v want=header|source -f sql-embed.awk schema/*.sql views.sql triggers.sql open.sql queries.sql
#
# A file of schema/ becomes one string of sql_schema[]; views.sql and triggers.sql become sql_rules.  In the other
# two each block that begins with a line "-- name: NAME" becomes one entry of a table: sql_open[]
# with enum constants SQL_OPEN_NAME, and sql_queries[] with SQL_NAME.

function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	gsub(/\t/, "\\t", line)
	return "\t\"" line "\\n\"\n"
}

function enumerate(set, prefix,    i) {
	print "enum sql_" set " {"
	for (i = 1; i <= count[set]; i++)
		print "\t" prefix toupper(name[set, i]) ","
	print "\t" prefix "COUNT\n};\n"
}

function tabulate(set, table, prefix,    i) {
	print "const struct sql_text " table "[" prefix "COUNT] = {"
	for (i = 1; i <= count[set]; i++)
		print "\t[" prefix toupper(name[set, i]) "] = { \"" name[set, i] "\",\n" text[set, i] "\t},"
	print "};\n"
}

FNR == 1 {
	set = FILENAME ~ /queries\.sql$/ ? "query" : FILENAME ~ /open\.sql$/ ? "open" : FILENAME ~ /(views|triggers)\.sql$/ ? "rules" : "schema"
	if (set == "schema")
		schemas++
}
/^-- name: / {
	if ((set, $3) in seen) {
		print FILENAME ":" FNR ": " $3 " is there twice" > "/dev/stderr"
		failed = 1
		exit 1
	}
	seen[set, $3] = 1
	name[set, ++count[set]] = $3
	next
}
/^--/ || /^$/ { next }
set == "schema" { schema[schemas] = schema[schemas] quote($0) }
set == "rules" { rules = rules quote($0) }
set == "query" || set == "open" { text[set, count[set]] = text[set, count[set]] quote($0) }

END {
	if (failed)
		exit 1
	print "/* Made from sql/ by build-aux/sql-embed.awk. */"
	if (want == "header") {
		print "#ifndef CLIPMILL_SQL_H\n#define CLIPMILL_SQL_H\n"
		enumerate("open", "SQL_OPEN_")
		enumerate("query", "SQL_")
		print "struct sql_text {\n\tconst char *name;\n\tconst char *text;\n};\n"
		print "#define SQL_SCHEMA_COUNT " schemas + 0
		print "extern const char *const sql_schema[SQL_SCHEMA_COUNT];"
		print "extern const char sql_rules[];"
		print "extern const struct sql_text sql_open[SQL_OPEN_COUNT];"
		print "extern const struct sql_text sql_queries[SQL_COUNT];\n"
		print "#endif"
		exit 0
	}
	print "#include \"config.h\"\n\n#include \"store/sql.h\"\n"
	print "const char *const sql_schema[SQL_SCHEMA_COUNT] = {"
	for (i = 1; i <= schemas; i++)
		print "\t(\n" schema[i] "\t),"
	print "};\n\nconst char sql_rules[] =\n" rules "\t;\n"
	tabulate("open", "sql_open", "SQL_OPEN_")
	tabulate("query", "sql_queries", "SQL_")
}
