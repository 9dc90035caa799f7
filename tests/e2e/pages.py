"""A page of the docs, run by bash as it stands: its ```bash blocks in one shell, its ```text blocks what they print.

In a text block `…` stands for anything, and lines that are left out may stand between the others. A block that is to
fail says so: ```bash exit-1.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.parts import running


class Step(NamedTuple):
    """One block of commands, with how it is to end and what it is to print."""

    commands: str
    code: int
    printed: tuple[str, ...]


def steps(page: Path) -> list[Step]:
    """The steps of a page, in order."""
    found: list[Step] = []
    for kind, body in re.findall(r"^```(\S*[^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
        if kind.startswith("bash"):
            found.append(Step(body, int(kind.partition("exit-")[2] or 0), ()))
        elif kind == "text":
            found[-1] = found[-1]._replace(printed=(*found[-1].printed, *filter(None, body.splitlines())))
    return found


def run(page: Path, folder: Path, environment: dict[str, str]) -> None:
    """Runs every step of a page in one shell and compares; the first that differs fails, with all that was printed."""
    told = steps(page)
    script = "set -uo pipefail\n" + "".join(f"{s.commands}\ncode=$?; echo; echo '<<' $code '>>'\n" for s in told)
    command = ["bash", "-c", f"exec 2>&1\n{script}"]
    done = running.run(command, seconds=240, cwd=folder, env=environment)
    ends = re.split(r"^<< (\d+) >>$", done.stdout, flags=re.M)
    assert len(ends) == 2 * len(told) + 1, done.stdout[-3000:]
    for index, step in enumerate(told):
        output, code = ends[2 * index], int(ends[2 * index + 1])
        assert code == step.code, f"{page.name}: exit code {code} of\n{step.commands}\n{output}"
        lines = iter(output.splitlines())
        for wanted in step.printed:
            like = re.compile(r"\s*" + ".*".join(map(_spaced, wanted.strip().split("…"))) + r"\s*")
            assert any(like.fullmatch(line) for line in lines), f"{page.name}: no line {wanted!r} of\n{output}"


def _spaced(part: str) -> str:
    """A stretch of an expected line: how wide a column is depends on what else stands in it."""
    return r"\s+".join(map(re.escape, re.split(r"\s+", part)))
