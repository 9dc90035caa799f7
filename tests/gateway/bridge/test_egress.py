"""What the bridge's process may still do: the rule by itself, and held in an interpreter of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.bridge.egress import MOST, Egress
from tests.gateway.bridge.conftest import Listening

ROOT = Path(__file__).parents[3]


def permitted() -> Egress:
    egress = Egress()
    egress.permit("api.vendor.example", 443)
    egress.permit("10.0.0.7", 8080)
    egress.permit("::1", 9000)
    return egress


MAY: list[tuple[str, tuple[Any, ...]]] = [
    ("socket.getaddrinfo", ("api.vendor.example", 443, 0, 0, 0)),
    ("socket.getaddrinfo", (b"api.vendor.example", "443", 0, 0, 0)),
    ("socket.connect", (None, ("10.0.0.7", 8080))),
    ("socket.connect", (None, ("::1", 9000, 0, 0))),
    ("socket.connect", (None, ("0:0:0:0:0:0:0:1", 9000, 0, 0))),
    ("open", ("/etc/ssl/cert.pem", "r", 0)),
    ("import", ("json", None, None, None, None)),
]
MAY_NOT: list[tuple[str, tuple[Any, ...]]] = [
    ("socket.getaddrinfo", ("elsewhere.example", 443, 0, 0, 0)),
    ("socket.getaddrinfo", ("api.vendor.example", 80, 0, 0, 0)),
    ("socket.getaddrinfo", ("api.vendor.example", None, 0, 0, 0)),
    ("socket.getaddrinfo", (None, 443, 0, 0, 0)),
    ("socket.connect", (None, ("10.0.0.8", 8080))),
    ("socket.connect", (None, ("10.0.0.7", 8081))),
    ("socket.connect", (None, ("api.vendor.example", 443))),  # its address wasn't found yet
    ("socket.connect", (None, "/run/docker.sock")),
    ("socket.connect", (None, b"\0abstract")),
    ("socket.sendto", (None, ("10.0.0.7", 8080))),
    ("socket.bind", (None, ("0.0.0.0", 0))),
    ("subprocess.Popen", ("sh", [], None, None)),
    ("os.posix_spawn", ("sh", [], None)),
    ("os.system", ("id",)),
    ("ctypes.dlopen", ("libc.so.6",)),
]


@pytest.mark.parametrize(("event", "given"), MAY)
def test_what_calls_need_may_be(event: str, given: tuple[Any, ...]) -> None:
    """What may not be raises."""
    permitted().seen(event, given)


@pytest.mark.parametrize(("event", "given"), MAY_NOT)
def test_everything_else_that_leads_out_may_not(event: str, given: tuple[Any, ...]) -> None:
    with pytest.raises(PermissionError):
        permitted().seen(event, given)


def test_it_remembers_no_more_than_a_bound() -> None:
    egress = Egress()
    for number in range(MOST + 1):
        egress.permit(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1)
    egress.seen("socket.connect", (None, (f"10.0.{MOST >> 8}.{MOST & 255}", 1)))
    with pytest.raises(PermissionError):
        egress.seen("socket.connect", (None, ("10.0.0.0", 1)))


HELD = """\
import asyncio, os, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from gateway.bridge.egress import Egress
egress = Egress()
egress.permit("localhost", int(sys.argv[2]))
egress.hold()

def tried(what, *given, **named):
    try:
        what(*given, **named)
    except PermissionError:
        return "refused"
    except OSError as other:
        return type(other).__name__
    return "done"

async def connect(host, port):
    (await asyncio.open_connection(host, port))[1].close()

print(tried(socket.create_connection, ("127.0.0.1", int(sys.argv[3])), 5))
print(tried(socket.create_connection, ("elsewhere.invalid", 80), 5))
print(tried(asyncio.run, connect("127.0.0.1", int(sys.argv[3]))))
print(tried(os.system, "true"))
print(tried(subprocess.run, ["true"]))
print(tried(sys.addaudithook, print))
print(tried(socket.create_connection, ("localhost", int(sys.argv[2])), 5))
print(tried(asyncio.run, connect("localhost", int(sys.argv[2]))))
"""


def test_it_holds_in_an_interpreter_for_good(elsewhere: Listening) -> None:
    with socket.create_server(("127.0.0.1", 0)) as vendor:
        ports = [str(one.getsockname()[1]) for one in (vendor, elsewhere.socket)]
        command = [sys.executable, "-I", "-c", HELD, str(ROOT), *ports]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert said.stdout.split() == ["refused"] * 5 + ["done"] * 3, said.stderr
    assert not elsewhere.reached()
