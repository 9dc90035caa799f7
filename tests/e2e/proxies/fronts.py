"""The proxies of `deploy/proxies/`, as they stand there but for ports and places, started in front of a gateway."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.several import until
from tests.e2e.test_balancer import free_ports
from tests.e2e.tools.installs import program
from tests.gateway.tls.papers import Authority, pem

AUTHORITY = Authority()
OPTIONS = {
    "nginx": ["-e", "stderr", "-c"],
    "haproxy": ["-db", "-f"],
    "envoy": ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error", "-c"],
}
FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "envoy": "envoy.yaml"}
PLACES = {
    "listen 443": "listen 127.0.0.1:443",
    "bind :443": "bind 127.0.0.1:443",
    "address: 0.0.0.0": "address: 127.0.0.1",
}
"""What the files say, and what is said here: nothing is to be reached from elsewhere."""
BEFORE_PORTS = ("127.0.0.1:", "check port ", "port_value: ")
# What is around a file of conf.d, so that it runs here without root and without a service of its own.
AROUND = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 2048; }}
http {{
client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s;
{shown}
}}
"""


@dataclass(frozen=True)
class Front:
    """A proxy that runs. trust: what its clients need to know."""

    kind: str
    url: str
    trust: ssl.SSLContext

    def client(self, key: str) -> httpx.AsyncClient:
        """A caller's."""
        headers = {"authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, verify=self.trust, timeout=30)


def installed(kind: str) -> str | None:
    """The path of a proxy; Debian has no Envoy, which comes as the agents' tools do."""
    own = program("envoy", "envoy") if kind == "envoy" else None
    return str(own) if own else shutil.which(kind)


@contextmanager
def front(kind: str, folder: Path, data: int, metrics: int) -> Iterator[Front]:
    """In front of a gateway with these ports. Skips where the proxy isn't installed."""
    command = installed(kind) or pytest.skip(f"{kind} is not installed")
    folder.mkdir()
    (port,) = free_ports(1)
    config = folder / FILES[kind]
    config.write_text(_shown(kind, folder, {"443": port, "8080": data, "9464": metrics}))
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen([command, *OPTIONS[kind], config], stderr=log, stdout=log)
    found = Front(kind, f"https://127.0.0.1:{port}", ssl.create_default_context(cadata=AUTHORITY.own.alone.decode()))
    try:
        until(lambda: _answers(found, process), f"{kind} answers: {(folder / 'proxy.log').read_text()}", 20.0)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def _shown(kind: str, folder: Path, ports: dict[str, int]) -> str:
    papers = AUTHORITY.issue()
    certificate, key = papers.into(folder)
    both = folder / "both.pem"
    both.write_bytes(papers.chain + pem(papers.key))
    text = (ROOT / "deploy/proxies" / FILES[kind]).read_text()
    papers_at = {
        "/etc/nginx/tls/ecluse.crt": certificate,
        "/etc/nginx/tls/ecluse.key": key,
        "/etc/haproxy/ecluse.pem": both,
        "/etc/envoy/tls/ecluse.crt": certificate,
        "/etc/envoy/tls/ecluse.key": key,
    }
    for shown, place in papers_at.items():
        text = text.replace(shown, str(place))
    for shown, here in PLACES.items():
        text = text.replace(shown, here)
    for shown, port in ports.items():
        for before in BEFORE_PORTS:
            text = text.replace(f"{before}{shown}", f"{before}{port}")
    return AROUND.format(folder=folder, shown=text) if kind == "nginx" else text


def _answers(found: Front, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "it ended"
    try:
        return httpx.get(f"{found.url}/", verify=found.trust).status_code == 200
    except httpx.TransportError:
        return False
