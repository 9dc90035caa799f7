"""However many messages a conversation has, each is read once."""

from __future__ import annotations

import orjson

from adapters.translate.canonical import Conversation, Text
from adapters.translate.crossing import translated
from adapters.translate.requests.reading import say


def test_what_one_side_says_in_many_messages_grows_one_turn() -> None:
    said = Conversation("m")
    say(said, "user", [Text("a")])
    turn = said.turns[-1]
    say(said, "user", [Text("b")])
    say(said, "user", [])
    assert said.turns[-1] is turn
    say(said, "assistant", [Text("c")])
    assert [(turn.role, turn.parts) for turn in said.turns] == [
        ("user", [Text("a"), Text("b")]), ("assistant", [Text("c")]),
    ]  # fmt: skip


def test_results_find_their_calls_among_thousands() -> None:
    many = 50_000
    calls = [{"functionCall": {"name": f"f{n % 2}"}} for n in range(many)]
    results = [{"functionResponse": {"name": name, "response": {}}} for name in ("f1", "g", "f0", "f1", *["h"] * many)]
    asked = {"contents": [{"role": "model", "parts": calls}, {"role": "user", "parts": results}]}
    body = translated(orjson.dumps(asked), "gemini_generate", "openai_chat", model="m", parameters={"model": "m"}).body
    answered = [message["tool_call_id"] for message in orjson.loads(body)["messages"] if message["role"] == "tool"]
    assert answered[:5] == ["call_2", "call_of_g", "call_1", "call_4", "call_of_h"]
