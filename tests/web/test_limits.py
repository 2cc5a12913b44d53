"""The limits of anonymous requests, and the responses to an editor whose session has ended."""

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.http import parse_header_parameters
from hypothesis import given
from hypothesis import strategies as st

from tests.support.checkout import ROOT, Released
from tests.support.gunicorn import Site, serve
from web.content_type import UNSUPPORTED, URLENCODED, normalize
from web.middleware import MAX_FORM_BYTES, MAX_UPLOAD_BYTES

UPLOADING, LOGIN = "/admin/guides/guide/upload/", "/admin/login/"
AT_ONCE = 40
MB = 2**20
LARGE = {"content": "a" * (MAX_FORM_BYTES + 1)}


def resident(process: int, what: str) -> int:
    [kilobytes] = re.findall(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(kilobytes) * 1024


def upload_all_but_the_end(site: Site) -> socket.socket:
    part = b'--kit\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    token = "a" * 32
    head = (
        f"POST {UPLOADING} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=kit\r\n"
        f"Content-Length: {MAX_UPLOAD_BYTES}\r\nX-CSRFToken: {token}\r\nCookie: sessionid={token}; csrftoken={token}\r\n\r\n"
    )
    link = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    link.sendall(head.encode() + part)
    link.sendall(b"a" * (MAX_UPLOAD_BYTES - len(part) - 1))
    return link


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a worker is read from Linux's /proc")
def test_forty_anonymous_uploads_at_once_take_no_memory(released: Released):
    with serve(released.folder, released.url, workers=1) as site, ThreadPoolExecutor(AT_ONCE) as people:
        site.get("/healthz")
        site.ask("POST", UPLOADING, "a")
        [worker] = map(int, Path(f"/proc/{site.master}/task/{site.master}/children").read_text().split())
        before = resident(worker, "VmRSS")
        with ExitStack() as open_links:
            for link in people.map(lambda _: upload_all_but_the_end(site), range(AT_ONCE)):
                open_links.enter_context(link).sendall(b"a")
                assert b" 403 " in link.recv(99)
        assert resident(worker, "VmHWM") - before < 3 * AT_ONCE * MB  # threads and their buffers; 469 MB when bodies were read


@pytest.fixture
def ended(client, db):
    """The browser of an editor whose session has ended meanwhile."""
    client.force_login(User.objects.create_superuser("ines"))
    client.session.flush()
    return client


def picture():
    return {"image": SimpleUploadedFile("a.png", b"a" * MB), "alt": "A harbour"}


@pytest.mark.parametrize(("path", "form"), [(UPLOADING, picture), ("/admin/guides/guide/preview/", lambda: LARGE)])
def test_an_upload_after_the_session_has_ended_is_answered_in_the_editor(ended, path, form):
    answer = ended.post(path, form())
    assert answer.status_code == 403
    assert "Log in again in another tab" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/admin/guides/guide/add/", "/admin/quiz/instrument/1/change/", "/admin/no/such/page/"])
def test_a_long_text_saved_after_the_session_has_ended_leads_to_the_login(ended, path):
    answer = ended.post(path, LARGE)
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next={path}")


def test_an_account_that_is_not_staff_may_send_no_more_than_an_anonymous_one(client, db):
    client.force_login(User.objects.create_user("visitor"))
    assert client.post("/admin/guides/guide/add/", LARGE).status_code == 302
    refused = client.post(UPLOADING, picture())
    assert refused.status_code == 403
    assert not refused.wsgi_request.FILES  # the view refuses as well, but would have read the image


def test_an_editor_may_send_images_and_long_texts(client, db):
    client.force_login(User.objects.create_superuser("ines"))
    assert client.post("/admin/guides/guide/preview/", LARGE).status_code == 200
    assert client.post(UPLOADING, picture()).json()["error"].startswith("The file can't be read as a picture.")


def test_an_editor_may_not_send_a_text_as_large_as_an_image(admin_client):
    answer = admin_client.post("/admin/guides/guide/preview/", {"content": "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert answer.status_code == 413


def test_a_large_login_form_is_refused(client, db):
    assert client.post(LOGIN, {"username": "a" * MAX_FORM_BYTES}, URLENCODED).status_code == 413


def test_a_refused_body_is_not_given_back_to_be_sent_again(ended):
    request = ended.post("/admin/guides/guide/preview/", LARGE).wsgi_request
    assert (request.POST, request.FILES, hasattr(request, "_body")) == ({}, {}, False)


@pytest.mark.parametrize("length", ["+5", "-1", "5.0", "²", "٣", "0x5", "5, 5", "9" * 16, "9" * 5000])
@pytest.mark.parametrize("path", ["/", "/quiz/take/", LOGIN])
def test_a_content_length_that_is_no_number_is_refused(client, db, path, length):
    assert client.post(path, "a=b", URLENCODED, CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize("address", ["/%00", "/quiz/?q=a%00", "/guides/an%00xious/", "/admin/guides/guide/?state__exact=%00"])
def test_a_nul_in_an_address_is_refused(admin_client, client, address):
    assert (client.get(address).status_code, admin_client.get(address).status_code) == (400, 400)


TAKE, BOUNDARY = "/quiz/take/", "multipart/form-data; boundary=kit"


@pytest.mark.parametrize(
    ("sent", "path", "kind"),
    [
        ("", TAKE, ""),
        ("Application/X-WWW-Form-URLEncoded", TAKE, URLENCODED),
        (f"{URLENCODED}; charset=UTF-8", TAKE, URLENCODED),
        (f'{URLENCODED};charset="utf-8"', TAKE, URLENCODED),
        (f"{URLENCODED}; charset=latin-1", TAKE, UNSUPPORTED),
        (f"{URLENCODED}; charset=hex", TAKE, UNSUPPORTED),
        (f"{URLENCODED}; charset*=klingon''x", TAKE, UNSUPPORTED),
        ("text/html; charset=utf-16", TAKE, "text/html"),
        ("application/json; charset*=klingon''x", TAKE, "application/json"),
        (BOUNDARY, TAKE, UNSUPPORTED),
        (BOUNDARY, LOGIN, UNSUPPORTED),
        (BOUNDARY, UPLOADING, BOUNDARY),
        ('multipart/form-data; boundary="a b"', UPLOADING, UNSUPPORTED),
        ('multipart/form-data; boundary="kit"', UPLOADING, 'multipart/form-data; boundary="kit"'),
        ("multipart/form-data", UPLOADING, UNSUPPORTED),
        (f"{BOUNDARY}; charset=utf-7", UPLOADING, UNSUPPORTED),
        (f"multipart/form-data; boundary={'a' * 71}", UPLOADING, UNSUPPORTED),
    ],
)
def test_a_content_type_is_normalized_or_refused(sent, path, kind):
    assert normalize(sent, path) == kind


@given(st.text(max_size=40) | st.lists(st.sampled_from([URLENCODED, BOUNDARY, ";", "charset=", "utf-8", "*", "'", '"', " "])).map("".join))
def test_a_normalized_content_type_names_no_charset(sent):
    _, parameters = parse_header_parameters(normalize(sent, UPLOADING))
    assert set(parameters) <= {"boundary"}


# Sends made-up charsets to the real application, and prints how many of them Python has cached.
CHARSETS = """
import encodings, io
from wsgiref.util import setup_testing_defaults
from config.wsgi import application

def post(content_type, path, body=b""):
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "localhost", "CONTENT_TYPE": content_type,
               "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "HTTP_COOKIE": "csrftoken=" + "a" * 32}
    setup_testing_defaults(environ)
    b"".join(application(environ, lambda status, headers, exc_info=None: statuses.add(status[:3])))

statuses = set()
"""


@pytest.mark.processes
def test_unknown_charsets_fill_no_memory():
    script = CHARSETS + (
        "part = '--kit\\r\\nContent-Disposition: form-data; name=\"a\"; filename*=made-up-{}\\'\\'x\\r\\n\\r\\nx\\r\\n--kit--'\n"
        "for n in range(300):\n"
        "    for path in ('/about/', '/admin/login/'):\n"
        "        post(f'text/plain; charset=made-up-{n}', path)\n"
        "        post(f'application/x-www-form-urlencoded; charset=made-up-{n}', path, b'a=b')\n"
        "        post('multipart/form-data; boundary=kit', path, part.format(n).encode())\n"
        "print(sum('made' in name for name in encodings._cache), sorted(statuses))\n"
    )
    names = {"ALLOWED_HOSTS": "localhost", "SITE_URL": "http://localhost", "DATABASE_URL": "postgresql:///none?host=/nowhere"}
    asked = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **names}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert asked.stdout.startswith("0 ")
