"""opencode: bash, read, edit and write. Its provider speaks chat completions."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.e2e.tools.agents.agent import COUNT, Agent, Place, wish


def settle(place: Place) -> Mapping[str, str]:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Ecluse",
        "options": {"baseURL": f"{place.house.url}/v1", "apiKey": "{env:ECLUSE_KEY}"},
        "models": {place.model: {}},
    }
    settings = {
        "$schema": "https://opencode.ai/config.json",
        "model": f"ecluse/{place.model}",
        "small_model": f"ecluse/{place.model}",
        "enabled_providers": ["ecluse"],
        "autoupdate": False,
        "share": "disabled",
        "provider": {"ecluse": provider},
    }
    place.settle(".config/opencode/opencode.json", json.dumps(settings))
    offline = {
        "npm_config_offline": "true",
        "npm_config_fetch_retries": "0",
    }  # it would look for plug-ins, again and again
    return {"OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_AUTOUPDATE": "1", **offline}


def command(prompt: str, place: Place) -> list[str]:
    return ["run", "--auto", "--format", "json"]


def prompt(place: Place) -> str:
    note = str(place.work / "note.txt")
    wishes = (
        wish("bash", command=COUNT, description="Count the words"),
        wish("read", filePath=note),
        wish("edit", filePath=note, oldString="Odile", newString="Karim"),
        wish("write", filePath=str(place.work / "new.txt"), content="Bonjour\n"),
    )
    return f"{' '.join(wishes)} [[sim:together=2]] [[sim:echo]] Who keeps the lock?"


AGENT = Agent(
    "opencode",
    "agents",
    "opencode",
    "openai_chat",
    settle,
    command,
    prompt,
    "bash+read, then edit+write",
    ("anthropic_messages",),
    stdin=True,
)
