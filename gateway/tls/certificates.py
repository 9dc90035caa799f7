"""The certificate in force, and how its renewal is taken: while calls go on, and never a worse one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gateway.tls.contexts import Current, Failed, context
from gateway.tls.material import FILES, Material, TlsRefused, Validity, judged, read

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.config.tls import TlsSettings

EVERY_SECONDS = 1.0
Look = tuple[tuple[int, ...], ...]


class Certificates:
    """Of one listener. current: what it speaks TLS with. material, validity: in force. refused: why what the files hold
    now is not. told: called with each change of the two. failed: with the reason of each handshake that fails.

    handed: material to begin with instead of the files, of a process that has it. Raises TlsRefused; an expired
    certificate is no reason at a start, since there is no better one.
    """

    def __init__(
        self, settings: TlsSettings, failed: Failed, *, now: Callable[[], datetime], handed: Material | None = None
    ) -> None:
        self.settings, self._failed, self._now = settings, failed, now
        self.told: Callable[[Certificates], None] = lambda _: None
        self._tried: Look | None = None if handed is not None else look(settings)
        self._last: Look | None = None
        self.material = handed or read(settings)
        self.validity = judged(self.material)
        self.current = Current(context(self.material, settings, failed))
        self.refused = self.validity.refused(now())

    @classmethod
    def of(
        cls, settings: TlsSettings, failed: Failed, now: Callable[[], datetime], handed: Material | None = None
    ) -> Certificates | None:
        """None where the listener speaks plain HTTP."""
        return cls(settings, failed, now=now, handed=handed) if settings.on else None

    async def keep(self, bug: Callable[[Exception], None]) -> None:
        """Looks once a second, until cancelled. bug: told of a mistake of ours, which ends nothing."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.step()
            except Exception as mistake:  # noqa: BLE001 - the certificate in force goes on
                bug(mistake)

    async def step(self) -> bool:
        """One look; whether the files were tried: once after each change, when they have stood still since the look
        before, for certificate and key are seldom written at once."""
        seen = await asyncio.to_thread(look, self.settings)
        last, self._last = self._last, seen
        if seen == self._tried or seen != last:
            return False
        self._tried = seen
        try:
            material, validity, made = await asyncio.to_thread(self._read)
        except TlsRefused as refused:
            self.refused = refused
        else:
            self.material, self.validity, self.refused = material, validity, None
            self.current.now = made
        self.told(self)
        return True

    def shown(self) -> dict[str, Any]:
        """For the operator."""
        return {
            "certificate_ends": self.validity.ends.isoformat(timespec="seconds"),
            "expired": self.validity.ends <= self._now() or None,
            "names": ", ".join(self.validity.names),
            "refused": str(self.refused) if self.refused else None,
        }

    def _read(self) -> tuple[Material, Validity, Any]:
        material = read(self.settings)
        validity = judged(material)
        refused = validity.refused(self._now())
        if refused is not None:
            raise refused
        return material, validity, context(material, self.settings, self._failed)


def look(settings: TlsSettings) -> Look:
    """What tells a change of the files, also where they are links that are turned elsewhere. Reads none."""
    return tuple(_seen(getattr(settings, name)) for name in FILES)


def _seen(file: Any) -> tuple[int, ...]:
    if file is None:
        return ()
    try:
        found = file.stat()
    except OSError as failed:
        return (failed.errno or 0,)
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
