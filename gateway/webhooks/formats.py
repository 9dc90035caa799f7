"""A message as each kind of receiver wants it: JSON of our own, Slack's incoming webhooks, Teams' workflows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from gateway.config.webhooks import GENERIC, SLACK, TEAMS
from gateway.webhooks.notices import Message

_SIGNS: Final = {"info": ":information_source:", "warning": ":warning:", "error": ":rotating_light:"}
_COLOURS: Final = {"info": "Good", "warning": "Warning", "error": "Attention"}


def written(format_: str, message: Message, id_: str, organisation: str, language: str) -> bytes:
    """The body of a message. id_: the same for all receivers and every try. language: en | fr."""
    return orjson.dumps(_WRITERS[format_](message, id_, organisation, language))


def _generic(message: Message, id_: str, organisation: str, language: str) -> dict[str, Any]:
    return {
        "id": id_,
        "event": message.event,
        "at": message.at.isoformat(),
        "organisation": organisation,
        "level": message.notice.level,
        **message.facts,
        "repeated": message.repeated,
        "text": {"en": message.words("en"), "fr": message.words("fr")},
    }


def _slack(message: Message, id_: str, organisation: str, language: str) -> dict[str, Any]:
    said = _escaped(message.words(language))
    head = f"{_SIGNS[message.notice.level]} *{message.event}* ({_escaped(organisation)})"
    facts = ", ".join(f"{name}: {_escaped(str(value))}" for name, value in _facts(message).items())
    context = f"{message.at.strftime('%Y-%m-%d %H:%M:%S UTC')} | {facts}" if facts else ""
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{head}\n{said}"}}]
    if context:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": context[:2900]}]})
    return {"text": f"{message.event}: {said}", "blocks": blocks}


def _teams(message: Message, id_: str, organisation: str, language: str) -> dict[str, Any]:
    level = message.notice.level
    facts = [{"title": name, "value": _unlinked(str(value))} for name, value in _facts(message).items()]
    facts.append({"title": "at", "value": message.at.strftime("%Y-%m-%d %H:%M:%S UTC")})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock", "text": f"{message.event} ({organisation})", "weight": "Bolder",
                "color": _COLOURS[level], "wrap": True,
            },
            {"type": "TextBlock", "text": _unlinked(message.words(language)), "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
    }  # fmt: skip
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _facts(message: Message) -> dict[str, Any]:
    return {name: value for name, value in message.facts.items() if value is not None}


def _escaped(text: str) -> str:
    """Slack reads <...> as links and mentions: a name of a destination must not call everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unlinked(text: str) -> str:
    """Cards read [words](address) as links."""
    return text.replace("[", "\\[")


_WRITERS: Final[Mapping[str, Callable[[Message, str, str, str], dict[str, Any]]]] = {
    GENERIC: _generic,
    SLACK: _slack,
    TEAMS: _teams,
}
