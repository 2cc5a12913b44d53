"""The site, but no page stays in memory: each request makes its own."""

from config.wsgi import application

application.max_bytes = 0
