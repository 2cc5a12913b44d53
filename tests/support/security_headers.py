"""The headers that every response has."""

from tests.support.gunicorn import Response

POLICY = {
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "connect-src 'self'"),
    *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def assert_security_headers(answer: Response, name: str, referrer: str = "same-origin") -> None:
    """`name` is the response in a failure."""
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY, name
    for header, value in {**FIXED, "Referrer-Policy": referrer}.items():
        assert answer.headers.get(header) == value, (name, header)
    assert "camera=()" in answer.headers["Permissions-Policy"], name
