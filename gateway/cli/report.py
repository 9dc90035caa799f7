"""`ecluse report`: a caller says that a rule was wrong about a call, or lifts it for an hour."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson

from gateway.cli.main import REFUSED
from gateway.identity import well_formed

TEXT = """\
Say that a call was refused, or its text replaced, by mistake. ID is the call's id, which every refusal names and every
answer has in its header x-ecluse-call-id. Only the one who made the call can report it.

  ecluse report 019ab0c2-...            what was found there isn't what the rule takes it for
  ecluse report 019ab0c2-... --reason "an example from the manual" --note "the sentence, with a made-up value"
  ecluse report 019ab0c2-... --override --reason "the customer asked for it, ticket 4711"

--override lifts the rule for you and exactly the values that it found in that call, for one hour, where the refusal
says that this rule can be lifted. It is on record, with your name in the form that records use; the reason is kept for
the people who write the rules. Then send the call again.

The gateway is $ECLUSE_URL (else $OPENAI_BASE_URL or $ANTHROPIC_BASE_URL, which tools use). The key is $ECLUSE_KEY, else
$OPENAI_API_KEY, $ANTHROPIC_API_KEY or $ANTHROPIC_AUTH_TOKEN where it is one of ours (ecl_...); a vendor's own key is
never sent.

Without this command:
  curl -H "Authorization: Bearer $ECLUSE_KEY" -d '{"kind": "false_positive"}' $ECLUSE_URL/ecluse/report/ID

En français : signaler un refus par erreur, ou lever la règle pour une heure là où le refus le permet. Ne mettez aucune
donnée réelle dans --note : une phrase semblable, avec une valeur inventée, suffit.

Other reports: `ecluse report usage` (what calls cost) and `ecluse report sla` (what contracts promised and kept).
"""

_KEYS = ("ECLUSE_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_URLS = ("ECLUSE_URL", "OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("id", metavar="ID", help="id of the call, from the refusal or the header x-ecluse-call-id")
    sub.add_argument("--override", action="store_true", help="lift the rule for these values and an hour")
    sub.add_argument("--reason", default="", help="why (needed with --override)")
    sub.add_argument("--note", default="", help="a text like the one that was refused, with a made-up value")
    sub.add_argument("--note-file", type=Path, metavar="FILE", help="the same from a file")
    sub.add_argument("--rule", default="", help="which rule, where several refused or changed the call")
    sub.add_argument("--url", default="", help="the gateway (default: $ECLUSE_URL)")
    sub.add_argument("--json", action="store_true", help="the answer as it came")


def run(args: argparse.Namespace) -> int:
    """Report."""
    url, key = _url(args.url, os.environ), _key(os.environ)
    if not url or not key:
        missing = "the gateway's address: give --url or set $ECLUSE_URL" if not url else "your key: set $ECLUSE_KEY"
        print(f"missing is {missing}", file=sys.stderr)
        return 2
    try:
        note = args.note_file.read_text("utf-8") if args.note_file else args.note
    except (OSError, UnicodeDecodeError) as error:
        print(f"{args.note_file} can't be read: {error}", file=sys.stderr)
        return 2
    said = {"kind": "override" if args.override else "false_positive", "reason": args.reason, "note": note}
    try:
        answer = httpx.post(
            f"{url}/ecluse/report/{quote(args.id, safe='')}",
            json={**said, "rule": args.rule},
            headers={"authorization": f"Bearer {key}"},
            timeout=30,
        )
        value: Any = answer.json()
    except httpx.HTTPError as error:
        print(f"no gateway answers at {url}: {type(error).__name__}", file=sys.stderr)
        return REFUSED
    except ValueError:
        print(f"what answers at {url} is no Écluse gateway ({answer.status_code})", file=sys.stderr)
        return REFUSED
    return _told(args, answer.is_success, value)


def _told(args: argparse.Namespace, taken: bool, value: Any) -> int:
    if not taken:
        error = value.get("error") if isinstance(value, dict) else None
        print(error.get("message", value) if isinstance(error, dict) else value, file=sys.stderr)
        return REFUSED
    if args.json:
        print(orjson.dumps(value).decode())
        return 0
    until = f" until {value['until']}" if value.get("until") else ""
    print(f"{value['message']}\nreport {value['report']}, rule {value['rule']}{until}")
    return 0


def _url(given: str, environ: Mapping[str, str]) -> str:
    """Scheme and host, as given or as tools are told; the path under which tools call doesn't count."""
    found = given or next((environ[name] for name in _URLS if environ.get(name)), "")
    parts = urlsplit(found)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def _key(environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in _KEYS if well_formed(environ.get(name, ""))), "")
