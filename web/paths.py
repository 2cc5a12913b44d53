"""Paths that are needed before a URL is resolved, or outside Django."""

ADMIN_PATH = "/admin/"
LOGIN_PATH = f"{ADMIN_PATH}login/"
LIVENESS_PATH, READINESS_PATH = "/healthz", "/readyz"
