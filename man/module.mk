dist_man_MANS = man/clipmill.8 man/clipmill.conf.5 man/clipmill-jail.8 man/clipmill-mux.8 man/clipmill-digest.8
