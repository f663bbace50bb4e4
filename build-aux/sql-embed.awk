# sql-embed.awk - turns sql/ into C.  SPDX-License-Identifier: MIT
#
# awk -v want=header|source -f sql-embed.awk SCHEMA... views.sql queries.sql
#
# A file of schema/ becomes one string of sql_schema[], views.sql becomes sql_views, and each block of
# queries.sql that begins with a line "-- name: NAME" becomes enum constant SQL_NAME and one entry of
# sql_queries[].

function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	gsub(/\t/, "\\t", line)
	return "\t\"" line "\\n\"\n"
}

FNR == 1 {
	kind = FILENAME ~ /queries\.sql$/ ? "query" : FILENAME ~ /views\.sql$/ ? "views" : "schema"
	if (kind == "schema")
		schemas++
}
kind == "query" && /^-- name: / {
	queries++
	name[queries] = $3
	if ($3 in seen) {
		print FILENAME ":" FNR ": query " $3 " is there twice" > "/dev/stderr"
		failed = 1
		exit 1
	}
	seen[$3] = 1
	next
}
/^--/ || /^$/ { next }
kind == "schema" { schema[schemas] = schema[schemas] quote($0) }
kind == "views" { views = views quote($0) }
kind == "query" { text[queries] = text[queries] quote($0) }

END {
	if (failed)
		exit 1
	print "/* Made from sql/ by build-aux/sql-embed.awk. */"
	if (want == "header") {
		print "#ifndef CLIPMILL_SQL_H\n#define CLIPMILL_SQL_H\n"
		print "enum sql_query {"
		for (i = 1; i <= queries; i++)
			print "\tSQL_" toupper(name[i]) ","
		print "\tSQL_QUERY_COUNT\n};\n"
		print "struct sql_query_text {\n\tconst char *name;\n\tconst char *text;\n};\n"
		print "#define SQL_SCHEMA_COUNT " schemas + 0
		print "extern const char *const sql_schema[SQL_SCHEMA_COUNT];"
		print "extern const char sql_views[];"
		print "extern const struct sql_query_text sql_queries[SQL_QUERY_COUNT];\n"
		print "#endif"
		exit 0
	}
	print "#include \"config.h\"\n\n#include \"store/sql.h\"\n"
	print "const char *const sql_schema[SQL_SCHEMA_COUNT] = {"
	for (i = 1; i <= schemas; i++)
		print schema[i] "\t,"
	print "};\n\nconst char sql_views[] =\n" views "\t;\n"
	print "const struct sql_query_text sql_queries[SQL_QUERY_COUNT] = {"
	for (i = 1; i <= queries; i++)
		print "\t[SQL_" toupper(name[i]) "] = { \"" name[i] "\",\n" text[i] "\t},"
	print "};"
}
