"""Two Postgres servers on a network of their own, the second a synchronous standby, and a way to lose every packet to the first.

The site runs in a network namespace. Its only way out leads to this side, where both servers listen, each on an address of its own. To
lose packets a wrong hardware address is written down for the first server: nothing is refused, as with a host that lost its power.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.embedded_postgres import OWNER, PORT, postmaster, running, start, stop
from tests.support.checkout import copied, manage

NETWORK = f"198.18.{os.getpid() % 256}"  # of the range for tests of networks (RFC 2544)
SITE, FIRST, SECOND = (f"{NETWORK}.{number}" for number in (1, 2, 3))
NOBODYS = "02:00:00:00:00:99"
SAFE = ("fsync=off", "synchronous_commit=on")  # a commit waits for the standby, and neither for a disk


class Network:
    def __init__(self, name: str) -> None:
        self.name, self.here, self.there = name, f"{name}h", f"{name}t"
        self.inside = ("ip", "netns", "exec", name)

    def build(self) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.name)
        for address in (FIRST, SECOND):
            ip("address", "add", f"{address}/24", "dev", self.here)
        ip("link", "set", self.here, "up")
        ip("-n", self.name, "address", "add", f"{SITE}/24", "dev", self.there)
        for link in (self.there, "lo"):
            ip("-n", self.name, "link", "set", link, "up")

    def lose(self, address: str) -> None:
        ip("-n", self.name, "neighbour", "replace", address, "lladdr", NOBODYS, "dev", self.there, "nud", "permanent")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)  # the links go with it


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)


class Pair:
    """The site's database on two hosts."""

    def __init__(self, network: Network, first: Path, second: Path, folder: Path) -> None:
        self.network, self.first, self.second, self.folder = network, first, second, folder
        self.url = f"postgresql://{OWNER}@{FIRST}:{PORT},{SECOND}:{PORT}/postgres?target_session_attrs=read-write"

    def lose_the_first(self) -> None:
        self.network.lose(FIRST)
        self.ask("SELECT pg_promote()")

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """The second server."""
        with psycopg.connect(local(self.second), autocommit=True) as link:
            return link.execute(question).fetchall()


def local(home: Path) -> str:
    return f"postgresql:///postgres?host={postmaster(home)[-1]}&port={PORT}&user={OWNER}"


def listen(home: Path, address: str, *settings: str) -> None:
    start(home, (*SAFE, f"listen_addresses={address}", *settings))


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network(f"sh{os.getpid()}")
    try:
        network.build()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        network.remove()
        pytest.skip(f"Networks can't be made here, which takes root on Linux and iproute2 ({getattr(error, 'stderr', error)}).")
    try:
        yield network
    finally:
        network.remove()


@pytest.fixture
def pair(network: Network, tmp_path: Path) -> Iterator[Pair]:
    first, second, folder = tmp_path / "first", tmp_path / "second", copied(tmp_path / "site")
    with running(first) as url:
        manage(folder, url, "release")
    with (first / "data/pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    shutil.copytree(first / "data", second / "data")
    (second / "data/standby.signal").touch()
    try:
        listen(first, FIRST, "synchronous_standby_names=*")
        listen(second, SECOND, f"primary_conninfo=host={postmaster(first)[-1]} port={PORT} user={OWNER}")
        yield Pair(network, first, second, folder)
    finally:
        stop(first)
        stop(second)
