"""Two Postgres servers in a separate network, the second a synchronous standby, and a way to drop every packet to the first.

The site runs in a network namespace. A virtual link leads from there to this side, where each server listens on its own address. To
drop packets, the site's ARP entry for the first server gets an unused hardware address: nothing answers, as if the host had lost power.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.embedded_postgres import OWNER, PORT, postmaster, start, stop
from tests.support.checkout import Template

NETWORK = f"198.18.{os.getpid() % 256}"  # from the range for network benchmarks (RFC 2544)
SITE, FIRST, SECOND = (f"{NETWORK}.{number}" for number in (1, 2, 3))
UNUSED_MAC = "02:00:00:00:00:99"
SYNCHRONOUS = ("fsync=off", "synchronous_commit=on")  # a commit waits for the standby, but not for a disk


class Network:
    """A network namespace, and the virtual link to it."""

    def __init__(self, name: str) -> None:
        self.name, self.host_link, self.site_link = name, f"{name}h", f"{name}t"
        self.command_prefix = ("ip", "netns", "exec", name)

    def build(self) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", self.host_link, "type", "veth", "peer", "name", self.site_link, "netns", self.name)
        for address in (FIRST, SECOND):
            ip("address", "add", f"{address}/24", "dev", self.host_link)
        ip("link", "set", self.host_link, "up")
        ip("-n", self.name, "address", "add", f"{SITE}/24", "dev", self.site_link)
        for link in (self.site_link, "lo"):
            ip("-n", self.name, "link", "set", link, "up")

    def drop_packets_to(self, address: str) -> None:
        ip("-n", self.name, "neighbour", "replace", address, "lladdr", UNUSED_MAC, "dev", self.site_link, "nud", "permanent")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)  # the links go with it


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)


class DatabasePair:
    """The site's database on two hosts, the second a standby."""

    def __init__(self, network: Network, first: Path, second: Path, folder: Path) -> None:
        self.network, self.first, self.second, self.folder = network, first, second, folder
        self.url = f"postgresql://{OWNER}@{FIRST}:{PORT},{SECOND}:{PORT}/postgres?target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Makes the first server unreachable, and promotes the second."""
        self.network.drop_packets_to(FIRST)
        self.ask("SELECT pg_promote()")

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Queries the second server."""
        with psycopg.connect(socket_url(self.second), autocommit=True) as connection:
            return connection.execute(query).fetchall()


def socket_url(home: Path) -> str:
    return f"postgresql:///postgres?host={postmaster(home)[-1]}&port={PORT}&user={OWNER}"


def listen(home: Path, address: str, *settings: str) -> None:
    start(home, (*SYNCHRONOUS, f"listen_addresses={address}", *settings))


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network(f"sh{os.getpid()}")
    try:
        network.build()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        network.remove()
        pytest.skip(f"Network namespaces need root on Linux, and iproute2 ({getattr(error, 'stderr', error)}).")
    try:
        yield network
    finally:
        network.remove()


@pytest.fixture
def pair(network: Network, release_template: Template, tmp_path: Path) -> Iterator[DatabasePair]:
    first, second, folder = (
        release_template.copy_database(tmp_path / "first"),
        tmp_path / "second",
        release_template.copy_site(tmp_path / "site"),
    )
    with (first / "data/pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    shutil.copytree(first / "data", second / "data")
    (second / "data/standby.signal").touch()
    try:
        listen(first, FIRST, "synchronous_standby_names=*")
        listen(second, SECOND, f"primary_conninfo=host={postmaster(first)[-1]} port={PORT} user={OWNER}")
        yield DatabasePair(network, first, second, folder)
    finally:
        stop(first)
        stop(second)
