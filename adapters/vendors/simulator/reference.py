"""The reference of the simulator: how it is told to fail, and all that it can be told.

`python -m adapters.vendors.simulator.reference > docs/reference/simulator.md` renews the page; a test compares them.
"""

from __future__ import annotations

TOLD: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Slow",
        (
            ("delay=S", "Wait before the answer begins."),
            ("hold=S", "Wait between the first events and the content."),
            ("drip=S", "Wait before every further event."),
            ("stall=N", "Say nothing more after N content events."),
            ("pings=N", "Nothing but keep-alives after N content events."),
            ("endless=N", "Say the next content event over and over after N of them."),
            ("linger=S", "Stay so long after the end of a stream."),
        ),
    ),
    (
        "Failing",
        (
            ("status=N", "Answer with this HTTP status."),
            ("retry_after=S", "The header that goes with it."),
            ("error=CODE", "The vendor's error code or type."),
            ("inside", "The failure in an answer with status 200."),
            ("fail_before", "Fail before the first content event."),
            ("fail_after=N", "Fail after N content events."),
            ("plain=N", "A plain-text answer with this status."),
            ("html=N", "An HTML page with this status."),
            ("redirect", "A 307 to elsewhere."),
        ),
    ),
    (
        "Broken off",
        (
            ("cut=N", "Drop the connection after N content events."),
            ("reset=N", "The same by a TCP reset."),
            ("chunks=N", "The same by broken chunk framing."),
            ("no_done", "Leave the terminal event out."),
            ("length=BYTES", "A content-length so far off the truth."),
        ),
    ),
    (
        "Malformed",
        (
            ("malformed=N", "The Nth content event isn't JSON."),
            ("half=N", "The Nth content event has half a character."),
            ("torn=N", "The Nth content event is only half there."),
            ("shapeless", "JSON, but none of the dialect's."),
            ("empty", "Status 200 and nothing else."),
            ("kind=TYPE", "Another content-type."),
            ("compressed", "A gzip answer that nobody asked for."),
            ("bomb=MIB", "A gzip answer that unpacks to so much."),
            ("pad=KIB", "An answer so much longer, by spaces."),
            ("headers=KIB", "So many headers more."),
            ("interim=N", "N interim answers (103) come first."),
            ("pieces=BYTES", "Send so few bytes at a time."),
            ("twice", "The terminal event twice."),
            ("after_done", "More content after the terminal event."),
            ("stray", "A second answer that nobody asked for."),
            ("other", "A whole answer where a stream was asked for, and the other way round."),
            ("no_usage", "Report no usage."),
        ),
    ),
    (
        "What it says",
        (
            ("echo", "Answer with the text that arrived: it shows what was redacted."),
            ("say=TEXT", "Answer with this text: all the rest, commas as well."),
            ("words=N", "Answer with N words."),
            ("chunk=N", "Characters in each content event, 12 where nothing is said."),
            ("reasoning", "Think aloud first."),
            (
                "tool=NAME {json}",
                "Call this tool with these arguments, one a turn. `{{result}}` is what the tool before it gave.",
            ),
            ("parallel", "Call all the tools at once."),
            ("together=N", "Call N tools at once, one after the other where nothing is said."),
        ),
    ),
    (
        "Which simulator",
        (("on=NAME", "Stands first in the brackets: the others in them are for the simulator of this name only."),),
    ),
)

_HEAD = """\
# The simulator

Made from `adapters/vendors/simulator/reference.py` by `python -m adapters.vendors.simulator.reference`; a test compares
the two.

`simulator:` in the configuration starts a double of a vendor under each of its `names`. It costs nothing, and it fails
as it is told: by an operator, for a while, or by a prompt, for one call. Real vendors can't be told: for them there are
[drills](../howto/continuity/drills.md).

## For a while

    curl -s http://127.0.0.1:8181/alpha/sim/fault -d '{"fault": "status=503", "seconds": 60}'
    curl -s http://127.0.0.1:8181/alpha/sim/fault -d '{"fault": "none"}'

The first makes every answer of `alpha` fail for a minute, the second ends that at once. 8181 is `simulator.port`. The
name is a vendor's, one of `simulator.names`: all destinations at that vendor fail together.

| member | what |
|---|---|
| `fault` | The words below, with commas between them: `delay=2,status=529`. `none` ends a fault. |
| `seconds` | For how long; 30 where nothing is said. |

What the prompt of a call says goes before. A simulator that is started anew has no fault. `tool` and `on` are for
prompts only.

## For one call

`[[sim:status=429,retry_after=2]]` anywhere in a prompt does it in the answer to that prompt. `[[sim:on=alpha,cut=3]]`
does it at `alpha` alone, so that the call goes on to the next destination and is answered there. What isn't known is
answered with an error that names all that is.

A path of Gemini's is answered in Gemini's dialect (`/v1beta/models/NAME:generateContent` and the others), a stream as
events or, without `alt=sse`, as one array; `error=` then gives Google's status and words for the same failure.

Responses are kept as a vendor keeps them, the last 200, unless the request says `store: false`: they can be retrieved,
streamed again, deleted, gone on from, and their input listed. One that is made in the background (`background: true`)
is complete after `hold=S` and can be cancelled until then.

A transcription says what its `prompt` says to say. Files and batches are kept, 200 of each: a batch is done when
somebody first retrieves it, unless its metadata has `sim: wait`; then it waits to be cancelled. Faults of an operator
hold for them, words in lines for their answers.

## What it received

    curl -s http://127.0.0.1:8181/alpha/sim/received?call_id=ID

shows what came in at `alpha`, oldest first, without credentials; without `call_id` all of it. `-X DELETE` forgets it.

## Vendors that it plays

Besides its own kind it plays others, where a vendor's `base_url` is its address (`http://127.0.0.1:8181/alpha`):
`bedrock` by invoke and in Converse, with event streams, `vertex_ai`, `cohere`, `gemini`, `anthropic`; with `/v1`
behind it, those that speak OpenAI's dialects. What a cloud wants signed, or with a token, is answered with a 403
without; a signature isn't checked.

## All that it can be told

N counts events with content, in a stream; S are seconds and may have a fraction.
"""


def page() -> str:
    """The page, as Markdown."""
    lines = [_HEAD]
    for title, rows in TOLD:
        lines.append(f"### {title}\n\n| word | what it does |\n|---|---|")
        lines += [f"| `{word}` | {what} |" for word, what in rows]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
