"""Other people's programs, run so that nothing they leave behind holds a test up."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    said: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with `said` on its standard input.

    What it starts is in a session of its own, ended with it, and writes to files. With `subprocess.run` and pipes a
    test would wait for as long as anything that the program started keeps them open, also after the time is over.

    Raises subprocess.TimeoutExpired, with what was said until then.
    """
    with TemporaryFile() as asked, TemporaryFile() as output, TemporaryFile() as errors:
        asked.write(said.encode())
        asked.seek(0)
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd, env=env, stdin=asked, stdout=output, stderr=errors, start_new_session=True,
        )  # fmt: skip
        late = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            with suppress(ProcessLookupError):  # nothing of it is left
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        words = [_read(file) for file in (output, errors)]
    if late:
        raise subprocess.TimeoutExpired(process.args, seconds, *words)
    return subprocess.CompletedProcess(process.args, process.returncode, *words)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
