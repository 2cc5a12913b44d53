"""The site without its page cache: each request renders the page."""

from config.wsgi import application

application.max_bytes = 0
