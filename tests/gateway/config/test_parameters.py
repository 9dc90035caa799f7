"""Rules on parameters as the configuration says them: what becomes of them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.wire.parameters import Parameters
from gateway.config import read_settings
from gateway.documents import DocumentsRefused, load_texts


def rules(said: str) -> Parameters | None:
    text = f"""
vendors: {{v: {{kind: openai_compatible, base_url: "http://127.0.0.1:1/v1"}}}}
destinations: {{d: {{vendor: v, model: m, parameters: {said}}}}}
"""
    return read_settings(load_texts({"config.yaml": text.encode()}), Path(), {}).destinations["d"].parameters.rules


def test_rules_are_read_and_limits_on_output_kept_apart() -> None:
    found = rules(
        "{strip: [logit_bias, reasoning.summary], default: {top_p: 0.9, thinking: {type: enabled, budget_tokens: 1024},"
        " max_tokens: 500}, clamp: {temperature: [0, 1], max_completion_tokens: [1, 800]}, dialects: [openai_chat]}"
    )
    assert found == Parameters(
        strip=(("logit_bias",), ("reasoning", "summary")),
        default=((("top_p",), 0.9), (("thinking",), {"type": "enabled", "budget_tokens": 1024})),
        clamp=((("temperature",), 0, 1),),
        default_output=500,
        most_output=800,
        dialects=frozenset({"openai_chat"}),
    )
    assert rules("{}") is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{strip: [messages]}", "messages carries text"),
        ("{strip: [System_Instruction]}", "System_Instruction carries text"),
        ("{strip: [messages.content]}", "messages.content carries text"),
        ("{strip: [text]}", "text carries text"),
        ("{strip: [generationConfig]}", "generationConfig carries text"),
        ("{default: {tools: {a: 1}}}", "tools carries text"),
        ("{default: {user: anne}}", "user carries text or says who asks"),
        ("{strip: [store]}", "store is the gateway's own affair"),
        ("{default: {stream_options.include_usage: true}}", "is the gateway's own affair"),
        ("{default: {extra_headers: {a: b}}}", "is the gateway's own affair"),
        ("{strip: [max_tokens]}", "quotas count by it, so it may only be clamped"),
        ("{clamp: {max_output_tokens: [16, 800]}}", "quotas count by it, so it is only lowered"),
        ("{default: {max_tokens: many}}", "max_tokens is a whole number of tokens"),
        ("{default: {n: 2}}", "n changes what a call costs"),
        ("{clamp: {n: [2, 3]}}", "n changes what a call costs"),
        ("{default: {service_tier: priority}}", "service_tier changes what a call costs"),
        ("{default: {temperature: 2}, clamp: {temperature: [0, 1]}}", "isn't in the range that it is clamped to"),
        ("{clamp: {temperature: [1, 0]}}", "least is above its most"),
        ("{clamp: {temperature: 1}}", "must have two numbers"),
        ("{strip: [thinking], clamp: {thinking.budget_tokens: [1, 2]}}", "lies in thinking"),
        ("{strip: ['a b']}", "must be a member of the body"),
        ("{default: {top_p: 'a sentence of words'}}", "must have numbers"),
        ("{dialects: [openai_chatt]}", "did you mean openai_chat"),
    ],
)
def test_what_rules_must_leave_alone_is_refused(said: str, message: str) -> None:
    with pytest.raises(DocumentsRefused, match=message):
        rules(said)


@pytest.mark.parametrize("said", ["{strip: [text.verbosity, service_tier]}", "{default: {generationConfig.topK: 4}}"])
def test_what_lies_beside_it_may_be_ruled(said: str) -> None:
    assert rules(said) is not None
