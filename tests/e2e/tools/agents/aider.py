"""aider: it gives its models no tools, they answer with blocks of search and replace that it applies."""

from __future__ import annotations

from collections.abc import Mapping

from tests.e2e.tools.agents.agent import NOTE, RENAMED, Agent, Place

ANSWER = f"""note.txt
```
<<<<<<< SEARCH
{NOTE}=======
{RENAMED}>>>>>>> REPLACE
```

new.txt
```
<<<<<<< SEARCH
=======
Bonjour
>>>>>>> REPLACE
```
"""


def settle(place: Place) -> Mapping[str, str]:
    # What it would fetch of models that it doesn't know.
    place.settle(".aider/caches/model_prices_and_context_window.json", '{"none": {}}')
    return {
        "OPENAI_API_BASE": f"{place.house.url}/v1",
        "OPENAI_API_KEY": place.house.key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def command(prompt: str, place: Place) -> list[str]:
    return [
        "--model", f"openai/{place.model}", "--edit-format", "diff", "--no-git", "--no-check-update", "--yes-always",
        "--analytics-disable", "--no-show-model-warnings", "--no-show-release-notes", "--no-gitignore",
        "--message", prompt, "note.txt",
    ]  # fmt: skip


def prompt(place: Place) -> str:
    return f"[[sim:say={ANSWER}]] Rename the keeper and greet."


AGENT = Agent(
    "aider", "aider", "aider", "openai_chat", settle, command, prompt, "edits two files by search and replace",
    ("gemini_generate",),
)  # fmt: skip
