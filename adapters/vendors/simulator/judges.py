"""Moderations and rankings, as the simulator reads and answers them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import shake_128
from typing import Any

from adapters.vendors.simulator.prompt import Prompt, mapping, text_of, tokens, whole
from adapters.vendors.simulator.script import Script

_CATEGORIES = ("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
               "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence",
               "violence/graphic")  # fmt: skip


def read_moderation(body: Mapping[str, Any]) -> Prompt:
    """A moderations request."""
    return Prompt(str(body.get("model") or "sim-moderation"), text_of(body.get("input")), asked=body)


def moderation(script: Script, prompt: Prompt) -> dict[str, Any]:
    """A verdict on each text, or on all parts together: flagged where the word is in it that says so."""
    given = prompt.asked.get("input")
    several = isinstance(given, list) and all(isinstance(item, str) for item in given)
    texts = [str(item) for item in given] if several and isinstance(given, list) else [prompt.text]
    return {"id": f"modr-{script.id}", "model": script.model, "results": [_verdict(text) for text in texts]}


def _verdict(text: str) -> dict[str, Any]:
    bad = "[[flag]]" in text
    return {
        "flagged": bad,
        "categories": {name: bad and name == "violence" for name in _CATEGORIES},
        "category_scores": {name: 0.9 if bad and name == "violence" else 0.001 for name in _CATEGORIES},
        "category_applied_input_types": {name: ["text"] for name in _CATEGORIES},
    }


def read_rerank(body: Mapping[str, Any]) -> Prompt:
    """A rerank request."""
    query = body.get("query")
    return Prompt(str(body["model"]), query if isinstance(query, str) else text_of([query]), asked=body)


def ranking(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The documents by a score that depends on query and document alone; echoed where that is asked for."""
    given = prompt.asked.get("documents")
    documents = list(given) if isinstance(given, list) else [given]
    scores = [shake_128(repr((prompt.text, one)).encode()).digest(1)[0] / 256 for one in documents]
    order = sorted(range(len(documents)), key=lambda index: -scores[index])[: whole(prompt.asked.get("top_n"))]
    results: list[dict[str, Any]] = [{"index": index, "relevance_score": scores[index]} for index in order]
    if prompt.asked.get("return_documents"):
        results = [one | {"document": _shown(documents[int(one["index"])])} for one in results]
    used = tokens(prompt.text) + sum(tokens(str(one)) for one in documents)
    usage = {"usage": {"prompt_tokens": used, "total_tokens": used}} if script.usage else {}
    return {"id": f"rerank-{script.id}", "model": script.model, "results": results, **usage}


def _shown(document: object) -> Mapping[str, Any]:
    return {"text": document} if isinstance(document, str) else mapping(document)
