# template-embed.awk - turns src/web/templates/*.html into C strings.  SPDX-License-Identifier: MIT
#
# awk -f template-embed.awk list.html list-row.html ... > templates.c
#
# list-row.html becomes template_list_row; page.html, whose name the function has, template_page_html.

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.html$/, "", name)
	gsub(/-/, "_", name)
	if (name == "page")
		name = "page_html"
	if (NR == 1)
		print "/* Made from src/web/templates by template-embed.awk. */\n#include \"config.h\"\n\n#include \"http/template.h\"\n"
	else
		print "\t;\n"
	print "const char template_" name "[] ="
}
{
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\""
}
END { print "\t;" }
