"""OpenAI transcriptions and translations, as the simulator reads and answers them: it hears what the prompt says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator.frames import Frame, plain
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Script

_TEXTS = {"text": "text/plain; charset=utf-8", "srt": "application/x-subrip", "vtt": "text/vtt"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A form with a sound."""
    return Prompt(
        str(body["model"]), str(body.get("prompt", "")), stream=str(body.get("stream")).lower() == "true", asked=body
    )


def answer(script: Script, prompt: Prompt) -> Mapping[str, Any] | str:
    """What was heard, in the form that was asked for."""
    form = prompt.asked.get("response_format")
    if form == "text":
        return f"{script.text}\n"
    if form == "srt":
        return f"1\n00:00:00,000 --> 00:00:02,000\n{script.text}\n\n"
    if form == "vtt":
        return f"WEBVTT\n\n00:00.000 --> 00:02.000\n{script.text}\n\n"
    if form == "verbose_json":
        segment = {"id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": script.text, "tokens": [1], "temperature": 0.0,
                   "avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.0}  # fmt: skip
        return {"task": "transcribe", "language": "french", "duration": 2.0, "text": script.text, "segments": [segment],
                "usage": {"type": "duration", "seconds": 2}}  # fmt: skip
    return {"text": script.text, **_usage(script)}


def kind(prompt: Prompt) -> str | None:
    """The content type of an answer that is plain text; None for others."""
    return None if prompt.stream else _TEXTS.get(str(prompt.asked.get("response_format")))


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """What was heard, bit by bit, and once more as a whole."""
    for text in script.parts(script.text):
        yield plain({"type": "transcript.text.delta", "delta": text}, content=True)
    yield plain({"type": "transcript.text.done", "text": script.text, **_usage(script)})._replace(terminal=True)


def _usage(script: Script) -> dict[str, Any]:
    if not script.usage:
        return {}
    used = {"input_tokens": script.input, "output_tokens": script.output}
    return {"usage": {"type": "tokens", **used, "total_tokens": script.input + script.output}}
