"""gemini-cli: run_shell_command, replace and write_file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.e2e.tools.agents.agent import COUNT, NOTE, RENAMED, Agent, Place, wish

SETTINGS = {
    "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    "telemetry": {"enabled": False},
    "security": {"auth": {"selectedType": "gemini-api-key"}},
}


def settle(place: Place) -> Mapping[str, str]:
    place.settle(".gemini/settings.json", json.dumps(SETTINGS))
    return {"GEMINI_API_KEY": place.house.key, "GOOGLE_GEMINI_BASE_URL": place.house.url}


def command(prompt: str, place: Place) -> list[str]:
    return ["-m", place.model, "--yolo", "--skip-trust", "-o", "json", "-p", prompt]


def prompt(place: Place) -> str:
    note = str(place.work / "note.txt")
    wishes = (
        wish("run_shell_command", command=COUNT, description="Count the words"),
        wish("read_file", file_path=note),
        wish("replace", file_path=note, instruction="Rename", old_string=NOTE.strip(), new_string=RENAMED.strip()),
        wish("write_file", file_path=str(place.work / "new.txt"), content="Bonjour\n"),
    )
    return f"{' '.join(wishes)} [[sim:together=2]] [[sim:echo]] Who keeps the lock?"


AGENT = Agent(
    "gemini-cli", "agents", "gemini", "gemini_generate", settle, command, prompt,
    "run_shell_command+read_file, then replace+write_file", ("openai_responses",),
    {"gemini_generate": "gemini-2.5-pro"},
)  # fmt: skip
