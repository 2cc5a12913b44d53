"""A WSGI application that has each answer in memory, whole, and looks it up by its path."""

import json
import os
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

RECORDED = json.loads(Path(os.environ["ANSWERS"]).read_text())
ANSWERS = {
    path: (answer["status"], [(name, value) for name, value in answer["headers"]], [b64decode(answer["body"])])
    for path, answer in RECORDED.items()
}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
