"""Which of the models that are published a tool is given: one to work with, and a small one for what it does beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

_NO_CHAT = re.compile("embed|rerank|moderation|whisper|transcribe|tts|dall-e|image|audio|realtime|speech")
_SMALL = re.compile("mini|nano|haiku|lite|flash|small")


class Models(NamedTuple):
    """Public names. small: what it asks for in the background; the same where there is no smaller one."""

    main: str
    small: str


_ANY = (("gpt-*", "claude-sonnet-*", "claude-*", "gemini-*", "*"), ("*mini*", "*haiku*", "*flash*", "*"))
PREFERRED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "claude-code": (("claude-sonnet-*", "claude-*", "*"), ("claude-haiku-*", "*mini*", "*flash*")),
    "anthropic": (("claude-sonnet-*", "claude-*", "*"), ("claude-haiku-*", "*mini*", "*flash*")),
    "codex": (("*codex*", "gpt-*", "*"), ("*codex-mini*", "gpt-*mini*", "*haiku*", "*flash*")),
    "gemini-cli": (("gemini-*pro*", "gemini-*", "*"), ("gemini-*flash-lite*", "gemini-*flash*", "*mini*", "*haiku*")),
}


def choose(tool: str, published: Iterable[str]) -> Models | None:
    """The models for a tool; None where none that chats is published."""
    names = [name for name in published if not _NO_CHAT.search(name)]
    first, second = PREFERRED.get(tool, _ANY)
    large = [n for n in names if not _SMALL.search(n)]
    main = None
    for patterns in (first[:-1], first[-1:]):  # a small one of the tool's own kind before others
        main = main or _best(patterns, large) or _best(patterns, names)
    if main is None:
        return None
    return Models(main, _best(second, [n for n in names if _SMALL.search(n)]) or main)


def _best(patterns: Iterable[str], names: list[str]) -> str | None:
    """Of the names that fit the first pattern that any fits, the one with the highest version."""
    for pattern in patterns:
        found = [name for name in names if fnmatchcase(name, pattern)]
        if found:
            return max(found, key=lambda name: ([int(n) for n in re.findall(r"\d{1,4}(?!\d)", name)], -len(name)))
    return None
