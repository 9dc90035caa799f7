"""Google Cloud's Vertex AI: Gemini in its own dialect, Claude in Anthropic's messages.

Project, place, publisher, model and what is asked of it stand in the path. A token of Google's standard chain
identifies us, or one that a service account's key is good for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import orjson

from adapters.clouds import google
from adapters.clouds.identity import Cloud, Identity, Reveal
from adapters.clouds.tokens import Bearer
from adapters.errors import UpstreamError
from adapters.vendors import gemini, taxonomy
from adapters.vendors.base import Framing, Headers, Option, OptionError, RawHeaders, Vendor, VendorKind
from adapters.vendors.envelopes import Members
from adapters.wire.body import Document, set_member
from adapters.wire.edits import Edit
from adapters.wire.members import KIND, reshaped
from adapters.wire.sse import Framer

MESSAGES, COUNT = "anthropic_messages", "anthropic_count_tokens"
GEMINI = ("gemini_generate", "gemini_count_tokens")
VERSION = "vertex-2023-10-16"
OPTIONS = (
    Option("project", "The Google Cloud project that is asked and pays; required."),
    Option("location", "Where models run, such as europe-west1, or eu and us; global where nothing is said."),
)
_BETAS = "what may pass of its `anthropic_beta` in the header"
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{1,60}")
_PLACE = re.compile(r"[a-z]+(-[a-z]+[0-9]{1,2})?")
_OF_SEVERAL_REGIONS = {
    "eu": "https://aiplatform.eu.rep.googleapis.com",
    "us": "https://aiplatform.us.rep.googleapis.com",
}


@dataclass(frozen=True, slots=True)
class VertexAI:
    """One project at one place."""

    project: str
    location: str
    kind: str = "vertex_ai"
    stores: bool = False
    trace_headers: bool = False

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset((*GEMINI, MESSAGES, COUNT))

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """By publisher and verb; nothing of the client's query is passed on."""
        if dialect == COUNT:
            called = "anthropic/models/count-tokens:rawPredict"
        elif dialect == MESSAGES:
            called = f"anthropic/models/{_quoted(model)}:{'streamRawPredict' if stream else 'rawPredict'}"
        elif dialect in GEMINI:
            called = f"google/models/{_quoted(model)}{gemini.action(dialect, stream=stream)}"
        else:
            raise KeyError(dialect)
        return f"/v1/projects/{self.project}/locations/{self.location}/publishers/{called}"

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """None: what identifies us is a token."""
        return []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """None."""
        return []

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """Errors are Google's, or the publisher's own."""
        if b'"status"' in body:
            return gemini.classify(status, headers, body)
        return taxonomy.classify(status, headers, body)


def _quoted(model: str) -> str:
    return quote(model, safe="@")


def serves(model: str, dialect: str) -> bool:
    """Claude in Anthropic's dialects, everything else in Google's."""
    return ("claude" in model) == (dialect in (MESSAGES, COUNT))


@dataclass(frozen=True, slots=True)
class Messages:
    """Anthropic's messages by `rawPredict`. named: the body names the model, which otherwise stands in the path."""

    named: bool = False
    stream_type: bytes = b"text/event-stream"

    def told(self) -> str:
        """What stands elsewhere."""
        if self.named:
            return f"`anthropic_version` stands in the body, {_BETAS}."
        return f"`model` stands in the path, `anthropic_version` in the body, {_BETAS}."

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """One or two members out, one in. What the body names of betas stands in the header where it may pass."""
        edits = reshaped(document, without={"anthropic_beta"} if self.named else {"anthropic_beta", "model"})
        return [*edits, set_member(document, (), "anthropic_version", orjson.dumps(VERSION), KIND)]

    def headers(self, headers: Headers) -> Headers:
        """Without the version."""
        return [pair for pair in headers if pair[0] != "anthropic-version"]

    def framer(self) -> Framing:
        """Server-sent events."""
        return Framer()

    def body(self, raw: bytes) -> bytes:
        """As it is."""
        return raw


@dataclass(frozen=True, slots=True)
class Contents(Members):
    """Gemini's requests, in which Vertex wants every content to say whose it is."""

    def told(self) -> str:
        """Roles."""
        return "A content without `role` is the user's."

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """Roles where there are none."""
        contents = document.value.get("contents")
        return [
            set_member(document, ("contents", index), "role", b'"user"', KIND)
            for index, content in enumerate(contents if type(contents) is list else ())
            if type(content) is dict and not content.get("role")
        ]


def build(options: Mapping[str, str]) -> Vendor:
    """One project; OptionError for what can't stand in a path or a host."""
    project, location = options.get("project", ""), options.get("location", "global")
    if not _PROJECT.fullmatch(project):
        raise OptionError("project", "must name the project, such as example-prod-1")
    if not _PLACE.fullmatch(location):
        raise OptionError("location", "must be a place such as europe-west1, eu or global")
    return VertexAI(project, location)


def locate(options: Mapping[str, str]) -> str:
    """The host of a place."""
    location = options.get("location", "global")
    if location == "global":
        return "https://aiplatform.googleapis.com"
    return _OF_SEVERAL_REGIONS.get(location, f"https://{location}-aiplatform.googleapis.com")


def _identity(options: Mapping[str, str], key: Reveal | None) -> Identity:
    return Bearer(google.tokens(key))


VERTEX_AI = VendorKind(
    "vertex_ai", frozenset((*GEMINI, MESSAGES, COUNT)), OPTIONS, "https://{location}-aiplatform.googleapis.com", build,
    {MESSAGES: Messages(), COUNT: Messages(named=True), **{dialect: Contents() for dialect in GEMINI}},
    Cloud(google.MODULE, lambda options, keyed: True, _identity),
    serves,
    locate,
)  # fmt: skip
