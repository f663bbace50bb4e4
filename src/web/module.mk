# The page, as a web server serves it, in www/: index.html, and in assets/ what it loads, named after its content.
# src/web/bundle.sh makes it; www/names tells the templates of http/ how assets are called.
WEB = $(top_srcdir)/src/web
WEB_FILES = \
	$(WEB)/bundle.sh $(WEB)/bundle.mjs $(WEB)/strict-styles.mjs $(WEB)/strict-texts.mjs $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/index.html \
	$(WEB)/assets/clipmill.css $(WEB)/assets/clipmill.svg $(WEB)/assets/package.json \
	$(WEB)/assets/api.js $(WEB)/assets/card.js $(WEB)/assets/deletion.js $(WEB)/assets/dom.js $(WEB)/assets/floor.js \
	$(WEB)/assets/home.js $(WEB)/assets/list.js $(WEB)/assets/live.js $(WEB)/assets/player.js $(WEB)/assets/shadow.js \
	$(WEB)/assets/stage.js $(WEB)/assets/storyboard.js $(WEB)/assets/tape.js $(WEB)/assets/tasks.js $(WEB)/assets/transfer.js $(WEB)/assets/uploads.js \
	$(WEB)/assets/video.js $(WEB)/assets/words.js
EXTRA_DIST += $(WEB_FILES)

www/names: $(WEB_FILES)
	$(AM_V_GEN)$(WEB)/bundle.sh $(WEB) www
all-local: www/names
BUILT_SOURCES += www/names

# A release carries what was bundled: it builds without npm.
dist-bundle: www/names
	cp -R www $(distdir)/src/web/bundle
wwwdir = $(pkgdatadir)/www
install-data-local: www/names
	$(MKDIR_P) "$(DESTDIR)$(wwwdir)/assets"
	$(INSTALL_DATA) www/index.html "$(DESTDIR)$(wwwdir)"
	$(INSTALL_DATA) www/assets/* "$(DESTDIR)$(wwwdir)/assets"
uninstall-local:
	rm -rf "$(DESTDIR)$(wwwdir)"
clean-bundle:
	rm -rf www www-npm
.PHONY: all-local dist-bundle clean-bundle
