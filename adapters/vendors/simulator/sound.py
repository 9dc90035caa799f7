"""OpenAI speech, as the simulator reads and answers it: silence, as bytes or as events."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator.frames import Frame, plain
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Script

_TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav",
          "pcm": "audio/pcm"}  # fmt: skip
_PIECE = b"\xff\xfb\x90\x64" + bytes(413)  # a frame of silent MP3


def read(body: Mapping[str, Any]) -> Prompt:
    """A speech request."""
    return Prompt(str(body["model"]), str(body.get("input")), stream=True, asked=body)


def kind(prompt: Prompt) -> str | None:
    """The content type of an answer; None for events."""
    if prompt.asked.get("stream_format") == "sse":
        return None
    return _TYPES.get(str(prompt.asked.get("response_format")), "audio/mpeg")


def answer(script: Script, prompt: Prompt) -> Mapping[str, Any]:
    """Never asked for: sound is a stream."""
    return {}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """A piece of sound for each stretch of the text that would be said."""
    bare = kind(prompt) is not None
    for _ in script.parts(script.text):
        sound = {"type": "speech.audio.delta", "audio": base64.b64encode(_PIECE).decode()}
        yield Frame(_PIECE, bare=True, content=True) if bare else plain(sound, content=True)
    if not bare:
        used = {"input_tokens": script.input, "output_tokens": script.output}
        told = {"usage": used | {"total_tokens": sum(used.values())}} if script.usage else {}
        yield plain({"type": "speech.audio.done", **told})._replace(terminal=True)
