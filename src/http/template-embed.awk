# template-embed.awk - turns src/web/templates/*.html into C strings.  SPDX-License-Identifier: MIT
#
# awk -f template-embed.awk names list.html list-row.html ... > templates.c
#
# list-row.html becomes template_list_row; page.html, whose name the function has, template_page_html.
# Lines of names are "home.js home-HASH.js": /assets/home.js in a template becomes /assets/home-HASH.js.

NR == FNR {
	asset["/assets/" $1] = "/assets/" $2
	next
}
FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.html$/, "", name)
	gsub(/-/, "_", name)
	if (name == "page")
		name = "page_html"
	if (!count++)
		print "/* Made from src/web/templates by template-embed.awk. */\n#include \"config.h\"\n\n#include \"http/template.h\"\n"
	else
		print "\t;\n"
	print "const char template_" name "[] ="
}
{
	for (plain in asset)
		while ((at = index($0, plain)) > 0)
			$0 = substr($0, 1, at - 1) asset[plain] substr($0, at + length(plain))
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\""
}
END { print "\t;" }
