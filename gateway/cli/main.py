"""`ecluse`: finds the command, reads its arguments, runs it.

A command is a module (`report usage`: report_usage) with HELP (one line), TEXT (what --help teaches), add(parser) and
run(args) -> exit code. Only the module of the command that was asked for is imported: the serving process needs no HTTP
client of the control commands.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gateway.cli.writing import Unwritten
from gateway.documents import DocumentsRefused, plain

REFUSED = 1
"""Exit code where what was asked is refused or found wrong; 2 where the command itself is used wrongly."""

COMMANDS = {
    "init": "make a folder with a configuration, the starter bundle and a keyring",
    "check": "say what is wrong with the configuration and the bundle, and what will be soon",
    "serve": "serve until told to stop",
    "models": "show the public models, where they go and under which terms",
    "prices": "show what calls cost, and take new prices over",
    "detectors": "list what can be found in texts, and how",
    "detect": "say what is found in files, where and why",
    "explain": "say what is found in a text, what is ruled on it per destination, and why",
    "policy": "check, test and try policies, and show what they mean",
    "index": "make and show the indexes by which the company's own data is recognised",
    "report": "say that a call was refused by mistake, or lift its rule for an hour where that is permitted",
    "report usage": "say what calls cost over a month or another time, by team, use case, model and more",
    "report sla": "say what contracts promised of a month, what was kept, and what can be claimed",
    "ledger": "read the records of calls: show one, or the last ones",
    "status": "ask a running gateway how it is",
    "top": "show who calls what at this moment, and how it goes",
    "reload": "make a running gateway take the configuration and the bundle as they are now",
    "restart": "replace the workers of a running gateway, one after the other",
    "drain": "make a running gateway finish its calls and stop",
    "stop": "let no more calls of a key, user or use case, to a destination, or under a rule",
    "start": "let go on what was stopped",
    "drill": "make a destination fail on purpose, and report what became of the calls",
    "quota": "show what is used of quotas, and give one name another limit for a while",
    "alerts": "list the alerts that ship, and write them as rules for Prometheus",
    "slo": "make rules for Prometheus from a file of objectives",
    "setup": "print or write a tool's settings for this gateway: Claude Code, Codex, gemini-cli ...",
    "webhooks": "send a test to those who are told what happens",
    "keys": "issue, list and revoke keys of callers",
}

_TEXT = """\
A self-hosted LLM gateway: it decides what may leave, writes it down, and keeps serving.

first steps:
  ecluse init /etc/ecluse                          configuration, starter bundle, keyring
  ecluse check --config /etc/ecluse/config.yaml    what is wrong, with file, line and column
  ecluse serve --config /etc/ecluse/config.yaml
  ecluse keys new --config /etc/ecluse/config.yaml --user m.durand --team finance
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    _without_holes()
    words = joined(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if word in COMMANDS), None)
    args = parser([name] if name else []).parse_args(words)
    try:
        return int(command(args.command).run(args))
    except (DocumentsRefused, Unwritten) as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # `ecluse ledger tail | head`: the reader has what it wanted. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failed:  # most often a file of the gateway's user that another one may not read
        why = failed.strerror or type(failed).__name__
        print(plain(f"{failed.filename}: {why}" if failed.filename else why), file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 130


def _without_holes() -> None:
    """Where a standard stream was closed, nothing is in its place: the next file that is opened would be taken for it,
    and what is written to standard error would get into a ledger or a connection."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            with suppress(OSError):
                os.fstat(number)
                continue
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115 - for good


def joined(words: Sequence[str]) -> list[str]:
    """The words of a command line, those of a command of two words (`report usage`) as one."""
    first = next((at for at, word in enumerate(words) if word in COMMANDS), None)
    if first is None or (both := " ".join(words[first : first + 2])) not in COMMANDS:
        return list(words)
    return [*words[:first], both, *words[first + 2 :]]


def parser(complete: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """The parser of the command line. complete: commands that get their arguments too (imports their modules)."""
    top = argparse.ArgumentParser("ecluse", description=_TEXT, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=f"ecluse {_version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    for name, line in COMMANDS.items():
        text = command(name).TEXT if name in complete else ""
        sub = commands.add_parser(
            name, help=line, description=text, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if name in complete:
            command(name).add(sub)
    return top


def command(name: str) -> Any:
    """The module of a command."""
    return importlib.import_module(f"gateway.cli.{name.replace(' ', '_')}")


def add_config(sub: argparse.ArgumentParser) -> None:
    """The option that every command with a configuration has."""
    sub.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=named_config() or Path("config.yaml"),
        help="the configuration (default: $ECLUSE_CONFIG, else config.yaml)",
    )


def named_config() -> Path | None:
    """The configuration that $ECLUSE_CONFIG names; an empty one names none."""
    named = os.environ.get("ECLUSE_CONFIG")
    return Path(named) if named else None


def _version() -> str:
    try:
        return version("ecluse")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
