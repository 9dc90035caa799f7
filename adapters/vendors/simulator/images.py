"""OpenAI images, as the simulator reads and answers them: the smallest pictures there are."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator.frames import Frame, named
from adapters.vendors.simulator.prompt import Prompt, tokens, whole
from adapters.vendors.simulator.script import CREATED, Script

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PICTURE = base64.b64encode(_PNG).decode()
_A_PICTURE = 272  # tokens


def read(body: Mapping[str, Any]) -> Prompt:
    """An image generations request."""
    return Prompt(
        str(body["model"]), str(body.get("prompt")), choices=_number(body, "n") or 1,
        stream=str(body.get("stream")).lower() == "true", asked=body,
    )  # fmt: skip


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer: pictures in base64 or under addresses, beside the words that the model made of the prompt."""
    by_url = prompt.asked.get("response_format") == "url"
    picture = {"url": f"https://images.invalid/{script.id}.png"} if by_url else {"b64_json": _PICTURE}
    data = [picture | {"revised_prompt": script.text} for _ in range(prompt.choices)]
    return {"created": CREATED, "data": data, **_usage(script, prompt, prompt.choices)}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """Partial pictures, as many as were asked for, then the picture itself, for each of them."""
    kind = "image_edit" if {"image", "image[]", "images"} & prompt.asked.keys() else "image_generation"
    looks = {
        "created_at": CREATED, "size": "1024x1024", "quality": "low", "background": "opaque", "output_format": "png",
    }  # fmt: skip
    for number in range(1, prompt.choices + 1):
        for index in range(_number(prompt.asked, "partial_images") or 0):
            partial = {"type": f"{kind}.partial_image", "partial_image_index": index, "b64_json": _PICTURE}
            yield named(partial | looks, content=True)
        done = {"type": f"{kind}.completed", "b64_json": _PICTURE, **looks, **_usage(script, prompt, 1)}
        yield named(done, content=True, terminal=number == prompt.choices)


def _number(body: Mapping[str, Any], name: str) -> int | None:
    """A number in JSON, or its digits in a form."""
    said = body.get(name)
    return int(said) if isinstance(said, str) and said.isdigit() else whole(said)


def _usage(script: Script, prompt: Prompt, pictures: int) -> dict[str, Any]:
    if not script.usage:
        return {}
    put_in, came_out = tokens(prompt.text), _A_PICTURE * pictures
    details = {"text_tokens": put_in, "image_tokens": 0}
    return {
        "usage": {
            "input_tokens": put_in, "input_tokens_details": details, "output_tokens": came_out,
            "total_tokens": put_in + came_out,
        }
    }  # fmt: skip
