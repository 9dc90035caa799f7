"""Gemini's content generation: `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import IDENTITY, NOT_INSPECTABLE, VENDOR_STATE, Ask
from adapters.dialects import gemini_content
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import refuse_vendor_held
from adapters.dialects.failures import gemini_error
from adapters.dialects.fields import dotted
from adapters.dialects.gemini_fields import field, key_of
from adapters.dialects.gemini_reader import GeminiReader
from adapters.dialects.gemini_tools import tools
from adapters.dialects.passages import Gathering
from adapters.errors import BodyRefused
from adapters.wire.body import Document, Edit, Path, replace_string, set_member

STREAM = "stream"
"""The parameter of a path that asks for a stream."""

_PREFIX = "models/"
_TEXT_ONLY = frozenset({"TEXT", "MODALITY_UNSPECIFIED"})


class GeminiGenerate:
    """Contents of parts with tools and thinking. The model, and whether a stream is wanted, stand in the path.

    The vendor always reports usage and keeps no answers.
    """

    name = "gemini_generate"
    family = "gemini"
    operation = "chat"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused. parameters: `model`, and `stream` where one is wanted."""
        value = document.value
        model = model_of(value, parameters)
        gemini_content.refuse_empty(value, "contents")
        gathering = Gathering(document)
        names = claim(gathering, value)
        config = field(value, "generationConfig", dict)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=STREAM in parameters,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=_limit(config),
            tools=names,
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name, where the body repeats that of the path."""
        return named(ask.document, (), ask.model, model)

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Lowers `maxOutputTokens`, which counts thinking too; never raises it."""
        if ask.max_output is not None and ask.max_output <= tokens:
            return []
        value, limit = ask.document.value, b"%d" % tokens
        config = field(value, "generationConfig", dict)
        if config is None:
            key = "generationConfig" if "generation_config" not in value else "generation_config"
            return [set_member(ask.document, (), key, b'{"maxOutputTokens":' + limit + b"}", "token_cap")]
        path, inside = config
        spelt = key_of(inside, "maxOutputTokens") or ("max_output_tokens" if "max_output_tokens" in inside else None)
        return [set_member(ask.document, path, spelt or "maxOutputTokens", limit, "token_cap")]

    def reader(self, ask: Ask) -> GeminiReader:
        """A fresh reader for one attempt's answer."""
        config = field(ask.document.value, "generationConfig", dict)
        return GeminiReader(media=config is not None and _media(config) is not None)

    error = staticmethod(gemini_error)


def claim(gathering: Gathering, value: dict[str, Any], path: Path = ()) -> tuple[str, ...]:
    """Claims all that is known of a generation request, wherever it stands; gives the names of its functions."""
    refuse_vendor_held(value, ("cachedContent", "cached_content", "store"), path)
    gemini_content.instructions(gathering, value, path)
    gemini_content.contents(gathering, value, path)
    if type(value.get("labels")) is dict and value["labels"]:
        gathering.part((*path, "labels"), IDENTITY, "labels")
    for name in ("continuationToken", "continuation_token"):
        if type(value.get(name)) is str:
            note = gemini_content.signature_digest(value[name])
            gathering.opaque((*path, name), VENDOR_STATE, note)
    _modalities(gathering, field(value, "generationConfig", dict, path))
    return tools(gathering, value, path)


def model_of(value: dict[str, Any], parameters: Mapping[str, str]) -> str:
    """The model in the path; in the body where there is no path. BodyRefused where the two differ, or there is none."""
    said = field(value, "model", str)
    inside = said[1].removeprefix(_PREFIX) if said else ""
    model = parameters.get("model") or inside
    if not model:
        raise BodyRefused("missing_field", "model is required.", param="model")
    if said is not None and inside != model:
        raise differs(("model",))
    return model


def named(document: Document, path: Path, model: str, new: str) -> list[Edit]:
    """The edit that names another model in a body's `model`; none where there is none or it is named so already."""
    holder: Any = document.value
    for step in path:
        holder = holder[step]
    said = holder.get("model")
    if new == model or type(said) is not str:
        return []
    prefix = _PREFIX if said.startswith(_PREFIX) else ""
    return [replace_string(document, (*path, "model"), prefix + new, "model_alias")]


def differs(path: Path) -> BodyRefused:
    """The refusal of a body that names another model than its path."""
    where = dotted(path)
    return BodyRefused("wrong_type", f"{where} must name the model that the path names.", param=where)


def _limit(config: tuple[Path, dict[str, Any]] | None) -> int | None:
    if config is None:
        return None
    path, inside = config
    for name in ("maxOutputTokens", "candidateCount"):
        found = field(inside, name, int, path)
        if found is not None and found[1] < 0:
            where = dotted(found[0])
            raise BodyRefused("wrong_type", f"{where} must not be negative.", param=where)
    limit = field(inside, "maxOutputTokens", int, path)
    return limit[1] if limit else None


def _modalities(gathering: Gathering, config: tuple[Path, dict[str, Any]] | None) -> None:
    """Answers in pictures or sound can't be inspected."""
    path = _media(config) if config is not None else None
    if path is not None:
        gathering.part(path, NOT_INSPECTABLE, "media output")


def _media(config: tuple[Path, dict[str, Any]]) -> Path | None:
    """Where a request asks for answers that aren't only text; None where it doesn't."""
    found = field(config[1], "responseModalities", list, config[0])
    if found is None or all(type(one) is str and one.upper() in _TEXT_ONLY for one in found[1]):
        return None
    return found[0]
