"""Codex: its shell, and patches made through it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.conftest import page
from tests.e2e.tools.agents.agent import COUNT, Agent, Place, wish

PATCH = """apply_patch <<'EOF'
*** Begin Patch
*** Update File: note.txt
@@
-The lock-keeper is called Odile.
+The lock-keeper is called Karim.
*** Add File: new.txt
+Bonjour
*** End Patch
EOF"""


def settle(place: Place) -> Mapping[str, str]:
    place.settle(".codex/config.toml", page("codex.md", "toml", place.house.serving))
    return {}


def command(prompt: str, place: Place) -> list[str]:
    return ["exec", "--skip-git-repo-check", "--model", place.model, "-c", "sandbox_mode=danger-full-access", prompt]


def prompt(place: Place) -> str:
    wishes = (
        wish("exec_command", cmd=COUNT),
        wish("exec_command", cmd="ls"),
        wish("exec_command", cmd=PATCH),
    )
    return f"{' '.join(wishes)} [[sim:together=2]] [[sim:echo]] Who keeps the lock?"


AGENT = Agent(
    "codex", "agents", "codex", "openai_responses", settle, command, prompt,
    "exec_command twice at once, then apply_patch", ("openai_chat", "anthropic_messages"),
    {"openai_responses": "gpt-5.1-codex"},
)  # fmt: skip
