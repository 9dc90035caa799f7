"""The terminal while a picture is shown on it: single keys, its size, and everything as before at the end."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

_SHOW = "\x1b[?1049h\x1b[?25l"  # a screen of its own, no cursor
_HIDE = "\x1b[?25h\x1b[?1049l"
_TERMINATED = 128 + signal.SIGTERM
_HOME, _LINE_END, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class Keyboard:
    """A terminal that is looked at. Where there is none, or nobody looks (`live` false), it only prints and waits."""

    RESIZED = "resized"

    def __init__(self, *, live: bool) -> None:
        self.live = live and sys.stdout.isatty()
        self._keys = self.live and sys.stdin.isatty()
        self._saved: list[Any] | None = None
        self._before: dict[int, Any] = {}
        self._woken = self._wake = -1

    def __enter__(self) -> Keyboard:
        if not self.live:
            return self
        if self._keys:
            import termios
            import tty

            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        for number, does in ((signal.SIGWINCH, self._resized), (signal.SIGTERM, _end)):
            self._before[number] = signal.signal(number, does)
        sys.stdout.write(_SHOW)
        sys.stdout.flush()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self.live:
            return
        sys.stdout.write(_HIDE)
        sys.stdout.flush()
        for number, did in self._before.items():
            signal.signal(number, did)
        os.close(self._woken)
        os.close(self._wake)
        if self._saved is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)

    def picture(self, lines: Sequence[str]) -> None:
        """Show these lines and nothing else; where nobody looks, print them."""
        if self.live:
            sys.stdout.write(_HOME + "".join(f"{line}{_LINE_END}\r\n" for line in lines) + _BELOW)
            sys.stdout.flush()
        else:
            print("\n".join(lines), flush=True)

    def wait(self, seconds: float) -> str:
        """The key that is pressed within this time, RESIZED where the terminal was, else ""."""
        if not self.live:
            time.sleep(seconds)
            return ""
        watched = [self._woken, *([sys.stdin.fileno()] if self._keys else [])]
        ready, _, _ = select.select(watched, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, 64)
            return self.RESIZED
        if not ready:
            return ""
        pressed = os.read(sys.stdin.fileno(), 64).decode("utf-8", "replace")
        return pressed[:1] if len(pressed) == 1 else ""

    def _resized(self, number: int, frame: FrameType | None) -> None:
        with suppress(BlockingIOError):  # it will be drawn anew anyway
            os.write(self._wake, b"\0")


def _end(number: int, frame: FrameType | None) -> None:
    """Whoever ends the command from elsewhere gets his terminal back as well."""
    sys.exit(_TERMINATED)
