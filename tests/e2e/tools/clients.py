"""The SDKs and libraries: which script tries which one, from which folder, in which dialects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.conftest import run_tool
from tests.e2e.tools.installs import folder
from tests.e2e.tools.serving import DIALECTS, House

SCRIPTS = Path(__file__).with_name("scripts")
EVERY = tuple(DIALECTS)
OPENAI, ANTHROPIC, GEMINI = ("openai_chat", "openai_responses"), ("anthropic_messages",), ("gemini_generate",)


class Client(NamedTuple):
    """One SDK in one environment. dialects: its own, each asked of every vendor.

    further: it also asks for more than answers.
    """

    name: str
    install: str
    script: str
    dialects: Sequence[str]
    further: bool = True

    @property
    def title(self) -> str:
        """Names it in the table."""
        return f"{self.name} ({'node' if self.script.endswith('.mjs') else 'python'})"


CLIENTS = (
    Client("openai", "python-new", "openai_sdk.py", OPENAI),
    Client("openai", "python-old", "openai_sdk.py", OPENAI),
    Client("openai", "node-new", "openai_sdk.mjs", OPENAI),
    Client("openai", "node-old", "openai_sdk.mjs", OPENAI),
    Client("anthropic", "python-new", "anthropic_sdk.py", ANTHROPIC),
    Client("anthropic", "python-old", "anthropic_sdk.py", ANTHROPIC),
    Client("anthropic", "node-new", "anthropic_sdk.mjs", ANTHROPIC),
    Client("anthropic", "node-old", "anthropic_sdk.mjs", ANTHROPIC),
    Client("google-genai", "python-new", "google_genai.py", GEMINI),
    Client("google-genai", "python-old", "google_genai.py", GEMINI),
    Client("google-genai", "node-new", "google_genai.mjs", GEMINI),
    Client("google-genai", "node-old", "google_genai.mjs", GEMINI),
    Client("langchain", "python-new", "langchain_agent.py", EVERY, further=False),
    Client("vercel ai", "node-new", "vercel_ai.mjs", EVERY, further=False),
    Client("litellm", "litellm", "litellm_client.py", ("openai_chat", *ANTHROPIC, *GEMINI), further=False),
)

TOWNS = [["weather", {"town": "Lyon"}], ["weather", {"town": "Paris"}]]
DONE = ("The task is done after 2 tool result(s).", "18 degrees in Lyon", "18 degrees in Paris")
DID = "2 tools at once in a stream; 2 one by one"


def asked(client: Client, house: House, cases: Sequence[tuple[str, str]], scratch: Path) -> Iterator[dict[str, Any]]:
    """What the client's script said of each case, (own dialect, vendor's dialect)."""
    place = folder(client.install)
    assert place is not None
    wanted = json.dumps([[own, DIALECTS[vendor].model] for own, vendor in cases])
    script = str(SCRIPTS / client.script)
    node = ["node", script, str(place)]
    command = node if script.endswith(".mjs") else [str(place / "bin/python"), script]
    environment = {"HOME": str(scratch), "ECLUSE_KEY": house.key, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    ran = run_tool([*command, house.url, wanted], scratch, environment)
    said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert ran.returncode == 0 and len(said) == len(cases), ran.stdout[-500:] + ran.stderr[-1500:]
    yield from said


def judge_further(client: Client, said: dict[str, Any]) -> None:
    """Asserts what else an SDK asks for: the models, with a wrong key, embeddings, the number of tokens."""
    assert "failed" not in said, said["failed"]
    assert set(said["models"]) >= {one.model for one in DIALECTS.values()}, f"models {said['models']}"
    assert said["wrong key"] == 401, f"a wrong key is answered with {said['wrong key']}"
    assert said.get("embeddings", [256, 256]) == [256, 256], f"embeddings of {said['embeddings']}"
    assert said.get("count", 1) > 0, f"{said['count']} tokens"


def judge(said: dict[str, Any]) -> None:
    """Asserts that the task was completed."""
    assert "failed" not in said, said["failed"]
    assert said["calls"] == TOWNS, f"streamed: {said['calls']}"
    assert said["one"] == TOWNS, f"one by one: {said['one']}"
    for text in (said["text"], said["whole"]):
        assert all(part in text for part in DONE), f"said {text!r}"
    assert min(said["usage"]) > 0, f"usage {said['usage']}"
