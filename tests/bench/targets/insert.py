"""A WSGI application that stores a submitted form by one INSERT, and does nothing else."""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg
from psycopg_pool import ConnectionPool

KEEP = """
INSERT INTO quiz_result AS kept (digest, revision_id, answers, relation, anxiety, avoidance, day, expires_on)
VALUES (%s, %s, %s, %s, 4.2, 3.1, %s, %s)
ON CONFLICT (digest) DO UPDATE SET
    revision_id = EXCLUDED.revision_id, answers = EXCLUDED.answers, relation = EXCLUDED.relation,
    anxiety = EXCLUDED.anxiety, avoidance = EXCLUDED.avoidance, day = EXCLUDED.day, expires_on = EXCLUDED.expires_on
"""
TODAY, IN_A_YEAR = date.today(), date.today() + timedelta(365)  # noqa: DTZ011 (any day will do)
pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(os.environ["DATABASE_URL"], kwargs={"autocommit": True}, open=False)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    form = dict(parse_qsl(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()))
    key, version, relation, _ = form.pop("key"), form.pop("version"), form.pop("relation"), form.pop("keep")
    answers = json.dumps({item: int(answer) for item, answer in form.items()})
    pool.open()  # in the worker, because threads do not survive a fork; does nothing once the pool is open
    with pool.connection() as connection:
        connection.execute(KEEP, (hashlib.sha256(key.encode()).digest(), version, answers, relation, TODAY, IN_A_YEAR))
    start_response("303 See Other", [("Location", f"/quiz/results/{key}/"), ("Content-Length", "0")])
    return []
