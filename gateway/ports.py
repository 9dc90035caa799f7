"""A port that somebody else has, told by the name of the setting that asks for it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config.kinds import Address
    from gateway.server import Listener


@contextmanager
def asked_by(setting: str, where: object) -> Iterator[None]:
    """For what binds a port. where: address or port as the setting has it. OSError says what to change."""
    try:
        yield
    except OSError as failed:
        if failed.errno != errno.EADDRINUSE:
            raise
        raise OSError(f"{setting} {where} is taken: set another port, or 0 for a free one") from None


async def listen(listener: Listener, setting: str, address: Address) -> None:
    """Starts a listener at the address that a setting has. Raises OSError likewise."""
    with asked_by(setting, f"{address.host}:{address.port}"):
        await listener.listen(address.host, address.port)
