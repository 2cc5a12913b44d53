"""A WSGI application that has each response in memory, by its path."""

import json
import os
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

RECORDED = json.loads(Path(os.environ["RESPONSES"]).read_text())
RESPONSES = {
    path: (response["status"], [(name, value) for name, value in response["headers"]], [b64decode(response["body"])])
    for path, response in RECORDED.items()
}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = RESPONSES[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
