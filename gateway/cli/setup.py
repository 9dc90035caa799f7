"""`ecluse setup`: a tool's settings for this gateway."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gateway.cli.main import REFUSED
from gateway.config.kinds import NAME
from gateway.tooling.choosing import Models, choose
from gateway.tooling.tools import KEY, TOOLS, Piece, Wanted
from gateway.tooling.writing import NotOurs, planned, write

TEXT = """\
Print what a tool needs to work through a gateway: its address, models that your key may use, a small one for what the
tool does in the background, and no telemetry or updates. Run it where you use the tool, not where the gateway runs.

  export ECLUSE_KEY=ecl_...                        your key; it is asked for nowhere else and written nowhere
  ecluse setup claude-code --url https://gateway.example
  ecluse setup codex --write                       into the tool's own file, which is kept beside under another name
  ecluse setup opencode --key-file ~/.ecluse-key   where a file holds your key

--write adds to what the file says already. It never replaces what you wrote there yourself: then it says where that
stands and writes nothing. Lines for your shell are printed, since your shell's files are your own.
"""

_WORDS = {
    "en": {
        "file": "# {path}",
        "shell": "# for your shell",
        "wrote": "wrote {path}",
        "same": "{path} says so already",
        "kept": "the file before is {path}",
        "start": "# then start {title}: {start}",
        "taken": "{path} has values of its own at {places}: nothing was written; change them, or print without --write",
        "foreign": "{path} isn't ours (or has comments): nothing was written; add this to it yourself:",
        "no_key": "no key: put yours into $ECLUSE_KEY, or name a file with --key-file, or say --model",
        "no_answer": "{url} doesn't answer as a gateway ({why}): check --url, or say --model",
        "no_model": "your key may use no model that chats: ask the operators, or say --model",
        "bad_key": "the key was refused (401): check it",
        "open": "note: others can read {path}: chmod 600",
    },
    "fr": {
        "file": "# {path}",
        "shell": "# pour votre shell",
        "wrote": "{path} est écrit",
        "same": "{path} le dit déjà",
        "kept": "le fichier d'avant est {path}",
        "start": "# puis lancez {title} : {start}",
        "taken": "{path} a ses propres valeurs ({places}) : rien n'a été écrit ; changez-les, ou affichez sans --write",
        "foreign": "{path} n'est pas de nous (ou a des commentaires) : rien n'a été écrit ; ajoutez-y ceci :",
        "no_key": "pas de clé : mettez la vôtre dans $ECLUSE_KEY, nommez un fichier (--key-file) ou dites --model",
        "no_answer": "{url} ne répond pas comme une passerelle ({why}) : vérifiez --url, ou dites --model",
        "no_model": "votre clé ne peut utiliser aucun modèle de conversation : voyez l'exploitation, ou dites --model",
        "bad_key": "la clé a été refusée (401) : vérifiez-la",
        "open": "note : d'autres peuvent lire {path} : chmod 600",
    },
}


class _Failed(Exception):
    """Why nothing can be set up: a word of _WORDS and what fills it."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(word)
        self.word, self.values = word, values


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    sub.add_argument("tool", choices=[*TOOLS], metavar="TOOL", help=", ".join(TOOLS))
    sub.add_argument("--url", type=_url, default="http://127.0.0.1:8080", help="the gateway (default: %(default)s)")
    sub.add_argument("--key-file", type=Path, metavar="FILE", help="file that holds your key (default: $ECLUSE_KEY)")
    sub.add_argument("--model", type=_name, help="the model to work with (default: one that your key may use)")
    sub.add_argument("--small-model", type=_name, metavar="MODEL", help="the one for work in the background")
    sub.add_argument("--write", action="store_true", help="write the tool's file, and show what changes")
    sub.add_argument("--language", choices=("en", "fr"), default="en", help="language of what is said")


def run(args: argparse.Namespace) -> int:
    """Print or write."""
    words = _WORDS[args.language]
    try:
        file = str(args.key_file.expanduser().absolute()) if args.key_file else ""
        if file and not file.isprintable():
            raise _Failed("no_key")
        if file and Path(file).exists() and Path(file).stat().st_mode & 0o077:
            print(words["open"].format(path=file), file=sys.stderr)
        wanted = Wanted(args.url, _models(args, file), file)
    except _Failed as failed:
        print(words[failed.word].format(**failed.values), file=sys.stderr)
        return REFUSED
    tool = TOOLS[args.tool]
    home, status = Path.home(), 0
    for piece in tool.pieces(wanted):
        if args.write and piece.path:
            status |= _written(piece, home, words)
        elif piece.value:
            _shown(piece, words)
    if tool.start:
        print(words["start"].format(title=tool.title, start=tool.start))
    return status


def _models(args: argparse.Namespace, file: str) -> Models:
    if args.model:
        return Models(args.model, args.small_model or args.model)
    chosen = choose(args.tool, _published(args.url, file))
    if chosen is None:
        raise _Failed("no_model")
    return Models(chosen.main, args.small_model or chosen.small)


def _published(url: str, file: str) -> list[str]:
    """The models that the key may use, as the gateway lists them."""
    try:
        key = Path(file).read_text("utf-8").strip() if file else os.environ.get(KEY, "")
    except (OSError, ValueError):
        key = ""
    if not key or not key.isascii() or not key.isprintable():
        raise _Failed("no_key")
    try:
        with httpx.Client(trust_env=False, timeout=20) as client:
            answer = client.get(f"{url}/v1/models", headers={"authorization": f"Bearer {key}"})
        if answer.status_code == 401:
            raise _Failed("bad_key")
        names = [card["id"] for card in answer.raise_for_status().json()["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as failed:
        raise _Failed("no_answer", url=url, why=type(failed).__name__) from None
    return [name for name in names if isinstance(name, str) and NAME.fullmatch(name)]


def _shown(piece: Piece, words: dict[str, str]) -> None:
    print(words["file"].format(path=f"~/{piece.path}") if piece.path else words["shell"])
    print(_text(piece))


def _written(piece: Piece, home: Path, words: dict[str, str]) -> int:
    path = home / piece.path
    try:
        change = planned(piece, home)
        print(change.diff, end="")
        kept = write(change, piece, home, datetime.now(UTC))
    except NotOurs as refused:
        word = "taken" if refused.places else "foreign"
        print(words[word].format(path=refused.path, places=", ".join(refused.places)), file=sys.stderr)
        if not refused.places:
            print(_text(piece))
        return REFUSED
    except (OSError, ValueError) as failed:
        print(f"{path}: {failed.strerror if isinstance(failed, OSError) else 'not UTF-8'}", file=sys.stderr)
        return REFUSED
    print(words["same" if change.before == change.after else "wrote"].format(path=path))
    if kept is not None:
        print(words["kept"].format(path=kept))
    return 0


def _text(piece: Piece) -> str:
    return piece.value if isinstance(piece.value, str) else json.dumps(piece.value, indent=2) + "\n"


def _url(text: str) -> str:
    parts = urlsplit(text)
    bad = parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username
    if bad or not text.isascii() or not text.isprintable() or set(text) & set(" \"'\\$`{}"):
        raise argparse.ArgumentTypeError("an address such as https://gateway.example")
    return text.rstrip("/").removesuffix("/v1")


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a name of a model: letters, digits and . _ : / @ + -")
    return text
