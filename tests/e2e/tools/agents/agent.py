"""An agent's tool as the end-to-end suite drives it: one task, with its own tools to run a command, write and edit."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.e2e.conftest import run_tool
from tests.e2e.tools.installs import program
from tests.e2e.tools.serving import DIALECTS, House

NOTE = "The lock-keeper is called Odile.\n"
RENAMED = "The lock-keeper is called Karim.\n"
COUNT = "wc -w < note.txt > words.txt && cat note.txt"

# Whatever a tool would reach outside of this machine goes to a port where nobody listens.
OFFLINE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
}


class Place(NamedTuple):
    """Where one run takes place. home: of the person, with the tool's settings. work: the project's folder."""

    house: House
    home: Path
    work: Path
    model: str

    def settle(self, name: str, text: str) -> None:
        """Write a file of settings below the home folder."""
        (path := self.home / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Agent(NamedTuple):
    """One agent. models: what it asks for, by the vendor's dialect; the dialect's own model where nothing is said.

    settle: writes its settings and gives its environment. command: its words for a prompt. prompt: what makes the
    simulator call its tools. did: in the table. foreign: the vendors of other dialects that it always meets; it meets
    those of every dialect where $ECLUSE_EVERY_PAIR is set.
    """

    name: str
    install: str
    program: str
    own: str
    settle: Callable[[Place], Mapping[str, str]]
    command: Callable[[str, Place], list[str]]
    prompt: Callable[[Place], str]
    did: str
    foreign: tuple[str, ...]
    models: Mapping[str, str] = {}
    stdin: bool = False

    @property
    def vendors(self) -> tuple[str, ...]:
        """The dialects of the vendors that it meets."""
        return tuple(DIALECTS) if os.environ.get("ECLUSE_EVERY_PAIR") else (self.own, *self.foreign)

    @property
    def executable(self) -> Path | None:
        """None where it isn't installed."""
        return program(self.install, self.program)

    def version(self, place: Place) -> str:
        """The first word with a digit that it says of its version."""
        said = self._run(["--version"], place, {}).stdout.split()
        return next((word for word in said if word[:1].isdigit()), "?")

    def run(self, place: Place) -> subprocess.CompletedProcess[str]:
        """Let it do the task."""
        (place.work / "note.txt").write_text(NOTE)
        environment, prompt = self.settle(place), self.prompt(place)
        return self._run(self.command(prompt, place), place, environment, prompt if self.stdin else "")

    def _run(
        self, words: list[str], place: Place, environment: Mapping[str, str], said: str = ""
    ) -> subprocess.CompletedProcess[str]:
        more = {"HOME": str(place.home), "ECLUSE_KEY": place.house.key, **OFFLINE, **environment}
        return run_tool([str(self.executable), *words], place.work, more, said=said)


def wish(name: str, **arguments: object) -> str:
    """What makes the simulator call a tool."""
    return f"[[sim:tool={name} {json.dumps(arguments)}]]"
