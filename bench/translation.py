"""What translation costs: CPU of a 2 KB call on its way there, of its answer on its way back, and of a streamed event.

    .venv/bin/python bench/translation.py [--rounds 400]

Goals: 150 us a call, 15 us an event. Of each pair of dialects: the request is read, translated and written as JSON; the
answer (two sentences and a call) likewise; a streamed answer of 200 pieces of text is read and written event by event.
CPU time on one core, the median of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable

from adapters.translate.crossing import Crossing, translated
from adapters.wire.sse import Event, Framer

DIALECTS = ("openai_chat", "openai_responses", "anthropic_messages", "gemini_generate")
PIECES = 200
WORDS = "Le canal descend vers Lyon par douze écluses, dont la plus haute tient neuf mètres d'eau. "
SCHEMA = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}


def chat_request() -> bytes:
    """A chat of 2 KB with a tool and a call of it, in OpenAI's chat; the others are translated from it."""
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"town":"Lyon"}'}}
    messages = [
        {"role": "system", "content": WORDS * 4},
        {"role": "user", "content": WORDS * 6},
        {"role": "assistant", "content": WORDS, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": WORDS * 5},
        {"role": "user", "content": WORDS},
    ]
    tool = {"type": "function", "function": {"name": "weather", "description": WORDS, "parameters": SCHEMA}}
    value = {"model": "m", "messages": messages, "tools": [tool], "max_completion_tokens": 500, "temperature": 0.5}
    return json.dumps(value, ensure_ascii=False).encode()


def chat_answer() -> bytes:
    """An answer with a text and a call."""
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"town":"Lyon"}'}}
    message = {"role": "assistant", "content": WORDS * 2, "tool_calls": [call]}
    usage = {"prompt_tokens": 500, "completion_tokens": 60, "total_tokens": 560}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice],
                       "usage": usage}).encode()  # fmt: skip


def chat_stream() -> list[Event]:
    """A streamed answer of many pieces of text."""

    def chunk(choices: list[object], **more: object) -> str:
        value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
        return f"data: {json.dumps(value)}\n\n"

    usage = {"prompt_tokens": 500, "completion_tokens": PIECES, "total_tokens": 500 + PIECES}
    lines = [chunk([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])]
    lines += [chunk([{"index": 0, "delta": {"content": f" mot {n}"}, "finish_reason": None}]) for n in range(PIECES)]
    lines += [chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]), chunk([], usage=usage), "data: [DONE]\n\n"]
    return Framer().feed("".join(lines).encode())


def there(body: bytes, client: str, vendor: str) -> bytes:
    """A request in the vendor's dialect."""
    return translated(body, client, vendor, model="v", parameters={"model": "m"}).body


def crossing(client: str, vendor: str) -> Crossing:
    """The way back of one attempt."""
    return Crossing(client, vendor, frozenset(), call="0-1", model="m", created=1)


def streamed(events: list[Event], client: str, vendor: str) -> list[Event]:
    """All of an answer's events in the client's dialect."""
    way = crossing(client, vendor)
    made = [event for one in events for event in way.event(one)]
    return [*made, *way.end()]


def median(work: Callable[[], object], rounds: int) -> float:
    """CPU microseconds of `work`."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - begun) / 1000)
    return statistics.median(taken)


def main() -> int:
    """Measures every pair and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=400)
    rounds = parser.parse_args().rounds
    gc.freeze()
    chat = DIALECTS[0]
    body, answer, events = chat_request(), chat_answer(), chat_stream()
    print(f"{'client > vendor':40}{'request':>9}{'bytes':>7}{'answer':>9}{'event':>8}   us of CPU")
    for client in DIALECTS:
        asked = body if client == chat else there(body, chat, client)
        for vendor in DIALECTS:
            if vendor == client:
                continue
            said = answer if vendor == chat else crossing(vendor, chat).body(answer)
            spoken = (
                events if vendor == chat else Framer().feed(b"".join(e.raw for e in streamed(events, vendor, chat)))
            )
            request = median(lambda a=asked, c=client, v=vendor: there(a, c, v), rounds)
            whole = median(lambda s=said, c=client, v=vendor: crossing(c, v).body(s), rounds)
            each = median(lambda s=spoken, c=client, v=vendor: streamed(s, c, v), max(rounds // 20, 5)) / len(spoken)
            print(f"{client + ' > ' + vendor:40}{request:9.0f}{len(asked):7}{whole:9.0f}{each:8.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
