# The page, as the web server serves it: index.html, and below assets/ what it loads.
wwwdir = $(pkgdatadir)/www
dist_www_DATA = src/web/index.html
assetsdir = $(wwwdir)/assets
dist_assets_DATA = src/web/assets/clipmill.css src/web/assets/clipmill.js src/web/assets/clipmill.svg src/web/assets/video.js src/web/assets/api.js
