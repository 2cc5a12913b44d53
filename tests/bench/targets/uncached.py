"""The site, but no page stays in memory: each request makes its own."""

from config.wsgi import application

application.most_bytes = 0
