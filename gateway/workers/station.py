"""What a serving process is told about itself: which of several it is, and what is given to it instead of found."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import orjson


@dataclass(frozen=True, kw_only=True)
class Station:
    """One process of an installation; without a supervisor the only one.

    slot: which of the `of` workers it is. line: descriptor of its line to the supervisor; None where there is none.
    listening: descriptors of all the sockets that staff tools connect to, one a slot. control: its own control socket.
    simulators: base URLs of those that run. in_force: revision of the pair that its siblings serve, which it must serve
    too, "" where it takes the files as they are. strict: end where they are bad, whatever pair was good before.
    development: make a first developer key. succeeds: what became of the one before it, "" where there was none.
    tls: descriptors of the certificate to begin with; none where its files are read.
    """

    slot: int = 0
    of: int = 1
    line: int | None = None
    listening: Sequence[int] = ()
    control: str = ""
    simulators: Mapping[str, str] = field(default_factory=dict)
    in_force: str = ""
    strict: bool = False
    development: bool = False
    succeeds: str = ""
    tls: Sequence[int] = ()

    @classmethod
    def read(cls, raw: str) -> Station:
        """From the command line of the process."""
        return cls(**orjson.loads(raw))

    def written(self) -> str:
        """For the command line of the process."""
        return orjson.dumps(asdict(self)).decode()

    @property
    def name(self) -> str:
        """Of its ledger's writer, among other things. One that is replaced shares it with its successor for a while."""
        return f"w{self.slot}"

    @property
    def first(self) -> bool:
        """Whether it does what is done once for all that share a state folder."""
        return self.slot == 0

    @property
    def alone(self) -> bool:
        """Whether there is no supervisor."""
        return self.line is None

    @property
    def control_socket(self) -> Path | None:
        """Its own control socket; None where it is the installation's."""
        return Path(self.control) if self.control else None

    @cached_property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The sockets that staff tools connect to, by slot."""
        return tuple(socket.socket(fileno=number) for number in self.listening)


ALONE = Station()
