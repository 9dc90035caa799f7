"""Whole processes: a gateway as people start it, simulated vendors in a process of their own, the agents' own tools."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from gateway.bundle.bundle import STARTER
from tests.conftest import leave_accounts_to_rules_of_ones_own
from tests.e2e.tools.installs import program
from tests.parts.running import run

ROOT = Path(__file__).parents[2]
ECLUSE = Path(sys.executable).with_name("ecluse")
START_SECONDS = 60.0

CONFIG = """\
server: {{data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}}
organisation: acme
limits: {{drain_seconds: 2}}
simulator: {{enabled: true, names: [spare]}}
vendors:
  alpha: {{kind: simulator, base_url: "{vendors}/alpha"}}
  beta: {{kind: simulator, base_url: "{vendors}/beta"}}
destinations:
  alpha/gpt: {{vendor: alpha, model: gpt-4o-mini, contract: alpha-us}}
  beta/gpt: {{vendor: beta, model: gpt-4o-mini, contract: beta-eu}}
  alpha/embedding: {{vendor: alpha, model: text-embedding-3-small, contract: alpha-us}}
  alpha/claude: {{vendor: alpha, model: claude-sonnet-5, contract: alpha-us}}
  beta/claude: {{vendor: beta, model: claude-sonnet-5, contract: beta-eu}}
  alpha/gemini: {{vendor: alpha, model: gemini-2.5-flash, contract: alpha-us}}
models:
  gpt-4o-mini: {{destinations: [alpha/gpt, beta/gpt], aliases: [gpt-5.1-codex, gpt-6.1-sol]}}
  text-embedding-3-small: {{destinations: [alpha/embedding]}}
  claude-sonnet-5: {{destinations: [alpha/claude, beta/claude], aliases: [claude-haiku-4-5, claude-opus-4-8]}}
  gemini-2.5-flash: {{destinations: [alpha/gemini], aliases: [gemini-2.5-pro, gemini-2.5-flash-lite]}}
"""


@dataclass
class Started:
    """A process of the tests' own, in a session of its own. said: what it printed until it was ready."""

    process: subprocess.Popen[str]
    said: str

    def found(self, pattern: str) -> str:
        """The first group of `pattern` in what it said."""
        match = re.search(pattern, self.said)
        assert match is not None, self.said
        return match.group(1)

    def stop(self) -> int:
        """Ask it to end and wait; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill(group=True)
        self._close()
        return self.process.returncode

    def kill(self, *, group: bool) -> None:
        """SIGKILL: to the process alone, or to its helpers too."""
        if group:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait(30)
        self._close()

    def _close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()


def start(command: list[str | Path], ready: str, errors: Path, **environment: str) -> Started:
    """Start a process and read what it says until a line matches `ready`. Bounded; fails with its last words."""
    with errors.open("ab") as stderr:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE, stderr=stderr, stdin=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**os.environ, **environment},
        )  # fmt: skip
    assert process.stdout is not None
    said = ""
    # Its helpers too: as long as one of them keeps the pipe open, the lines don't end.
    late = threading.Timer(START_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    try:
        for line in process.stdout:
            said += line
            if re.search(ready, line):
                return Started(process, said)
    finally:
        late.cancel()
    process.wait(30)
    process.stdout.close()
    pytest.fail(f"{command[0]} ended with {process.returncode}: {said}{errors.read_text()[-2000:]}")


@dataclass
class Vendors:
    """Simulated vendors outside of the gateway's process. url: without the name."""

    url: str
    names: tuple[str, ...] = ("alpha", "beta")

    def received(self) -> list[dict[str, Any]]:
        """What all of them got, bodies included."""
        return [one for name in self.names for one in httpx.get(f"{self.url}/{name}/sim/received").json()["received"]]

    def fault(self, name: str, fault: str) -> None:
        """Make one of them behave so for ten minutes."""
        httpx.post(f"{self.url}/{name}/sim/fault", json={"fault": fault, "seconds": 600}).raise_for_status()


@contextmanager
def vendors_started(folder: Path) -> Iterator[Vendors]:
    """Simulated vendors in a process."""
    command = [sys.executable, "-m", "adapters.vendors.simulator", "--port", "0"]
    process = start(command, "^internal: ", folder / "vendors.log")
    try:
        yield Vendors(process.found("alpha: (http://[0-9.:]+)/alpha"))
    finally:
        process.stop()


@dataclass
class Serving:
    """A gateway that serves in a process of its own."""

    started: Started
    folder: Path
    url: str
    key: str

    def traces(self) -> bytes:
        """Everything that it has written: its state, its logs."""
        ours = (path for path in sorted(self.folder.rglob("*")) if self.folder / "bundle" not in path.parents)
        return b"".join(path.read_bytes() for path in ours if path.is_file())


def serve(folder: Path, *, ecluse: Path = ECLUSE, key: str = "", **environment: str) -> Serving:
    """Start `ecluse serve` on the configuration in `folder`. key: that of the first start, for a later one."""
    command: list[str | Path] = [ecluse, "serve", "--config", folder / "config.yaml", "--development"]
    started = start(command, "ECLUSE_KEY=|developer key was shown", folder / "gateway.log", **environment)
    return Serving(
        started, folder, started.found("serves at (https?://[0-9.:]+)"), key or started.found("(ecl_[0-9A-Za-z]+)")
    )


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    """Simulated vendors, shared by the tests of a module."""
    with vendors_started(tmp_path_factory.mktemp("vendors")) as started:
        yield started


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, vendors: Vendors) -> Iterator[Serving]:
    """A gateway with the starter bundle in front of them."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
    served = serve(folder)
    try:
        yield served
    finally:
        assert served.started.stop() == 0


PSEUDONYMISES = """\
kind: EgressPolicy
policy: personal-data
owner: dpo@example.org
rules:
  - id: people-pseudonymised
    when:
      findings: {any_of: [person.*, contact.email, contact.address_fr, fin.iban]}
      destination: {external: true}
      roles: [user, assistant, tool, tool_arguments]
    action: pseudonymise
"""


@pytest.fixture(scope="module")
def naming(tmp_path_factory: pytest.TempPathFactory, vendors: Vendors) -> Iterator[Serving]:
    """A gateway whose rules pseudonymise people, addresses and accounts for external models."""
    folder = tmp_path_factory.mktemp("naming")
    (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
    shutil.copytree(STARTER, folder / "bundle")
    leave_accounts_to_rules_of_ones_own(folder / "bundle")
    (folder / "bundle" / "personal_data.yaml").write_text(PSEUDONYMISES)
    served = serve(folder)
    try:
        yield served
    finally:
        assert served.started.stop() == 0


CLIENTS = """\
Mme Odile Marchand;12 rue des Écluses, 69002 Lyon;FR14 2004 1010 0505 0001 3M02 606;odile.marchand@exemple-sas.fr
M. Karim Benali;4 avenue Jean Jaurès, 31000 Toulouse;DE89 3704 0044 0532 0130 00;k.benali@exemple.org
"""
CLIENT_VALUES = (
    "Odile Marchand", "Marchand", "rue des Écluses", "rue des \\u00c9cluses", "0505 0001", "odile.marchand", "Benali",
    "avenue Jean", "3704 0044", "k.benali",
)  # fmt: skip


def nothing_left(vendors: Vendors, before: int, serving: Serving) -> None:
    """No body that came since `before` holds a value of the clients', nor does what the gateway wrote."""
    bodies = [one["body"] for one in vendors.received()[before:]]
    assert len(bodies) >= 2
    assert "PERSON_" in bodies[-1] and "ADDRESS_" in bodies[-1] and "IBAN_" in bodies[-1]
    assert not [value for body in bodies for value in CLIENT_VALUES if value in body], "a value left"
    assert not [value for value in CLIENT_VALUES if value.encode() in serving.traces()], "a value was written down"


def page(name: str, language: str, serving: Serving, *, last: bool = False) -> str:
    """The first (or last) block in `language` of a page of docs/tools, with this gateway's URL and key: what pages say
    is run."""
    text = (ROOT / "docs" / "tools" / name).read_text()
    blocks: list[str] = re.findall(f"```{language}\n(.*?)```", text, re.DOTALL)
    assert blocks, name
    return blocks[-last].replace("http://127.0.0.1:8080", serving.url).replace("ecl_...", serving.key)


def tool(name: str) -> str:
    """The path of an agent tool; skips where it isn't installed (.ci/run installs it)."""
    if (path := program("agents", name)) is not None:
        return str(path)
    pytest.skip(f"{name} is not installed: make tools does it, as .ci/run does")


def run_tool(
    command: list[str], folder: Path, environment: Mapping[str, str], *, seconds: float = 120, said: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run an agent's tool in `folder`, with nothing of this machine's settings but PATH. said: its standard input."""
    own = {"PATH": os.environ["PATH"], **environment}
    return run(command, seconds=seconds, cwd=folder, env=own, said=said)


def _noise(what: str, length: int) -> str:
    """Characters that look like a key and belong to nobody."""
    blocks = (hashlib.sha512(f"{what} {n}".encode()).digest() for n in range(length // 64 + 1))
    return re.sub("[+/=]", "x", base64.b64encode(b"".join(blocks)).decode())[:length]


@dataclass(frozen=True)
class Secret:
    """A file with a vendor's key and a private key, both made up. parts: what must never be seen outside."""

    text: str
    vendor_key: str
    parts: tuple[str, ...]

    @classmethod
    def made(cls) -> Secret:
        """The same each time."""
        vendor = "sk-ant-api03-" + _noise("vendor", 93) + "AA"
        body = "MIIEpAIBAAKCAQEA" + _noise("private", 1600)
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        begin, end = (f"-----{word} RSA PRIVATE KEY-----" for word in ("BEGIN", "END"))
        text = "\n".join([f"ANTHROPIC_API_KEY={vendor}", "REGION=eu-west-3", begin, *lines, end, ""])
        return cls(text, vendor, (vendor[13:40], *(line[:24] for line in lines)))

    def seen_in(self, text: str | bytes) -> list[str]:
        """Which parts are in `text`."""
        where = text.encode() if isinstance(text, str) else text
        return [part for part in self.parts if part.encode() in where]


class Agent(Protocol):
    """An agent's tool with one session. `folder`: where it works."""

    folder: Path

    def turn(self, text: str, *, first: bool = False) -> str:
        """One turn that ends well; its last answer. The session goes on unless `first`."""
        ...

    def refused(self, text: str) -> str:
        """One turn that the gateway refuses; what the person is told."""
        ...


def read_and_go_on(agent: Agent, ask: str, secret: Secret, vendors: Vendors, serving: Serving) -> None:
    """Have a tool read the secret, go on for five turns, and look for the secret everywhere."""
    before = len(vendors.received())
    answer = agent.turn(f"{ask} [[sim:echo]] Read the file and tell me the region.", first=True)
    assert "REGION=eu-west-3" in answer, "the tool's result reached the model, but for what is secret"
    assert "API_KEY=[redacted: secret." in answer
    for number in range(1, 6):
        if number == 3:
            assert "REGION=eu-west-3" in agent.turn(f"{ask} [[sim:echo]] Read it again.")
        else:
            assert agent.turn(f"Go on. [[sim:say=turn {number} is done]]") == f"turn {number} is done"
    bodies = [one["body"] for one in vendors.received()[before:]]
    assert len(bodies) >= 8, "the first turn and the third take two calls each"
    assert not [found for body in bodies for found in secret.seen_in(body)], "the secret left"
    assert "REGION=eu-west-3" in bodies[-1], "the whole session is resent every time"
    assert not secret.seen_in(serving.traces()), "the secret was written down"


def type_and_go_on(agent: Agent, secret: Secret, vendors: Vendors, serving: Serving) -> None:
    """Type the secret, be refused, and go on in the same session. The words are this test's own: the gateway remembers
    what it refused to a person, and takes the secret out of a repetition."""
    question = f"In {agent.folder.parent.name}, why does this key not work?"
    before = len(vendors.received())
    agent.turn("[[sim:say=Bonjour]]", first=True)
    told = agent.refused(f"{question} {secret.vendor_key}")
    assert "secrets-stay-home" in told and "security@example.org" in told
    assert not secret.seen_in(told)
    for number in range(1, 3):
        assert agent.turn(f"Forget it. [[sim:say=turn {number} is done]]") == f"turn {number} is done"
    bodies = [one["body"] for one in vendors.received()[before:]]
    assert len(bodies) >= 3
    assert f"{question} [redacted: secret.vendor]" in bodies[-1]
    assert not [found for body in bodies for found in secret.seen_in(body)], "the secret left"
    assert not secret.seen_in(serving.traces()), "the secret was written down"
