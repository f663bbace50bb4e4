# the page
