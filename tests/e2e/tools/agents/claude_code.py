"""Claude Code: Bash, Write, Read and Edit."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.conftest import page
from tests.e2e.tools.agents.agent import COUNT, Agent, Place, wish


def settle(place: Place) -> Mapping[str, str]:
    place.settle(".claude/settings.json", page("claude-code.md", "json", place.house.serving))
    return {}


def command(prompt: str, place: Place) -> list[str]:
    return ["-p", prompt, "--model", place.model, "--allowedTools", "Bash", "Read", "Write", "Edit"]


def prompt(place: Place) -> str:
    note = str(place.work / "note.txt")
    wishes = (
        wish("Bash", command=COUNT, description="Count the words"),
        wish("Read", file_path=note),
        wish("Edit", file_path=note, old_string="Odile", new_string="Karim"),
        wish("Write", file_path=str(place.work / "new.txt"), content="Bonjour\n"),
    )
    return f"{' '.join(wishes)} [[sim:together=2]] [[sim:echo]] Who keeps the lock?"


AGENT = Agent(
    "claude code", "agents", "claude", "anthropic_messages", settle, command, prompt,
    "Bash+Read, then Edit+Write", ("openai_chat", "gemini_generate"), {"anthropic_messages": "claude-sonnet-5"},
)  # fmt: skip
