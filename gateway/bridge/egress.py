"""What the bridge's process may still do once litellm is loaded: connect to the hosts that calls go to, nothing else.

An audit hook of the interpreter, which can't be taken out again: names of other hosts aren't resolved, other addresses
aren't connected to, no program is started and no library loaded by hand, whoever asks for it in Python. It doesn't see
what compiled code does by itself; none is used on the paths that are served (docs/adr/0037).
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any, NoReturn

_NEVER = frozenset({
    "socket.bind", "socket.sendto", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn",
    "ctypes.dlopen", "ftplib.connect", "smtplib.connect", "sys.addaudithook",
})  # fmt: skip
MOST = 4096


class Egress:
    """The hosts that may be reached, and the addresses that their names were found to have."""

    def __init__(self) -> None:
        self._hosts: set[tuple[str, int]] = set()
        self._addresses: set[tuple[str, int]] = set()
        self._resolve = socket.getaddrinfo

    def permit(self, host: str, port: int) -> None:
        """Calls go there."""
        if (host, port) in self._hosts:
            return
        if len(self._hosts) >= MOST:  # far more than any configuration has vendors
            self._hosts.clear()
            self._addresses.clear()
        self._hosts.add((host, port))
        if (address := _literal(host)) is not None:
            self._addresses.add((address, port))

    def hold(self) -> None:
        """From now on, for good."""
        socket.getaddrinfo = self._resolved
        sys.addaudithook(self.seen)

    def seen(self, event: str, given: tuple[Any, ...]) -> None:
        """Raises PermissionError for what may not be."""
        if event in _NEVER:
            _refuse()
        if event == "socket.connect":
            if _place(given[1]) not in self._addresses:
                _refuse()
        elif event == "socket.getaddrinfo" and (_text(given[0]), _port(given[1])) not in self._hosts:
            _refuse()

    def _resolved(self, host: Any, port: Any, *more: Any, **named: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._resolve(host, port, *more, **named)
        if len(self._addresses) > MOST:
            self._addresses.clear()
        self._addresses.update((str(one[4][0]), int(one[4][1])) for one in found)
        return found


def _place(address: Any) -> tuple[str, int] | None:
    if not isinstance(address, tuple) or len(address) < 2 or not isinstance(address[1], int):
        return None
    return _literal(_text(address[0])) or _text(address[0]), address[1]


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _text(host: Any) -> str:
    return host.decode("latin-1") if isinstance(host, bytes) else str(host)


def _port(port: Any) -> int:
    try:
        return int(port)
    except (TypeError, ValueError):
        return -1


def _refuse() -> NoReturn:
    raise PermissionError("not from the bridge")
