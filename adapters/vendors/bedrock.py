"""Amazon Bedrock: Claude by `invoke` in Anthropic's own messages, every model by Converse.

Signed with keys of the standard chain or of the configuration, or with a Bedrock API key as a bearer token.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import orjson

from adapters.clouds import aws
from adapters.clouds.identity import Cloud, Identity, Reveal
from adapters.clouds.sigv4 import Keys, Signer
from adapters.dialects import reading
from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from adapters.vendors.base import Framing, Headers, Option, OptionError, RawHeaders, Vendor, VendorKind
from adapters.vendors.bedrock_streams import ConverseFraming, MessagesFraming
from adapters.wire.body import Document, set_member, splice
from adapters.wire.edits import Edit
from adapters.wire.eventstream import CONTENT_TYPE
from adapters.wire.members import KIND, reshaped

MESSAGES, COUNT, CONVERSE = "anthropic_messages", "anthropic_count_tokens", "bedrock_converse"
VERSION = "bedrock-2023-05-31"
OPTIONS = (
    Option("region", "AWS region, such as eu-west-3: what is asked and signed for; required without a base_url."),
    Option("profile", "Profile of the AWS configuration files that the standard chain takes."),
)
_VERBS = {MESSAGES: ("invoke", "invoke-with-response-stream"), CONVERSE: ("converse", "converse-stream"),
          COUNT: ("count-tokens", "count-tokens")}  # fmt: skip
_DEEP = 512  # how deep it is was asked before
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_ACROSS = re.compile(r"[a-z]+\.(?=anthropic\.)")  # what spreads calls over regions counts nothing
_WITHOUT = frozenset({"model", "stream", "service_tier", "inference_geo"})

# `x-amzn-errortype` and the exceptions of the API, which say more than their statuses.
_TOKENS = {
    "throttlingexception": "rate_limit", "toomanyrequestsexception": "rate_limit", "modelnotreadyexception": "overload",
    "serviceunavailableexception": "overload", "modeltimeoutexception": "timeout", "modelerrorexception": "server",
    "modelstreamerrorexception": "server", "internalserverexception": "server",
    "servicequotaexceededexception": "money", "accessdeniedexception": "auth", "unrecognizedclientexception": "auth",
    "expiredtokenexception": "auth", "invalidsignatureexception": "auth", "incompletesignatureexception": "auth",
    "missingauthenticationtokenexception": "auth", "resourcenotfoundexception": "not_found",
}  # fmt: skip
_PHRASES = (
    ("input is too long for requested model", "context_length"),
    ("too many input tokens", "context_length"),
    ("too many total text bytes", "context_length"),
    ("too many tokens per day", "money"),
    ("provided model identifier is invalid", "not_found"),
    ("on-demand throughput isn", "not_found"),
    ("end of its life", "not_found"),
    ("security token included in the request", "auth"),
)
_WORDS = taxonomy.Words({424: "server"}, _TOKENS, _PHRASES)


@dataclass(frozen=True, slots=True)
class Bedrock:
    """One region. The model stands in the path, and may be the ARN of an inference profile."""

    kind: str = "bedrock"
    stores: bool = False
    trace_headers: bool = False

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset(_VERBS)

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """From the table."""
        called = _ACROSS.sub("", model, count=1) if dialect == COUNT else model
        return f"/model/{quote(called, safe='')}/{_VERBS[dialect][stream]}"

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """A Bedrock API key."""
        return [("authorization", f"Bearer {secret}")] if secret else []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """None."""
        return []

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """By the exception's name, which stands in a header."""
        named = next((value for name, value in headers if name.lower() == b"x-amzn-errortype"), b"")
        return taxonomy.classify(status, headers, body, _WORDS, named=named.decode("latin-1").partition(":")[0])


def serves(model: str, dialect: str) -> bool:
    """Messages are for Claude only; what an ARN stands for isn't seen, so it is asked in Converse."""
    return dialect == CONVERSE or ("anthropic." in model and not model.startswith("arn:"))


@dataclass(frozen=True, slots=True)
class Messages:
    """Anthropic's messages by `invoke`: model and stream stand in the path, version and betas in the body."""

    stream_type: bytes = CONTENT_TYPE.encode()

    def told(self) -> str:
        """What stands elsewhere."""
        return (
            "`model` and `stream` stand in the path, `anthropic_version` and what may pass of `anthropic-beta`, and of "
            "the body's own `anthropic_beta`, in the body; `service_tier` and `inference_geo` are left out. Streams "
            "are AWS event streams."
        )

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """Some members out, one or two in."""
        betas = [beta for name, value in headers if name == "anthropic-beta" for beta in value.split(",")]
        edits = reshaped(document, without=_WITHOUT if betas else _WITHOUT | {"anthropic_beta"})
        edits.append(set_member(document, (), "anthropic_version", orjson.dumps(VERSION), KIND))
        if betas:
            edits.append(set_member(document, (), "anthropic_beta", orjson.dumps(betas), KIND))
        return edits

    def headers(self, headers: Headers) -> Headers:
        """Without Anthropic's own."""
        return [(name, value) for name, value in headers if not name.startswith("anthropic-")]

    def framer(self) -> Framing:
        """Events out of chunks."""
        return MessagesFraming()

    def body(self, raw: bytes) -> bytes:
        """As it is."""
        return raw


class Counting(Messages):
    """A count of tokens: the request that would be made, inside another one."""

    __slots__ = ()

    def told(self) -> str:
        """Where the request is."""
        return "Bedrock's count of the messages request, which stands in it as base64."

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """All of the body."""
        inner = splice(document.raw, Messages.edits(self, document, headers))
        if "max_tokens" not in document.value:
            read = Document.parse(inner, max_depth=_DEEP, alike=False)
            inner = splice(inner, [set_member(read, (), "max_tokens", b"1", KIND)])
        asked = {"input": {"invokeModel": {"body": base64.b64encode(inner).decode()}}}
        return [Edit(0, len(document.raw), orjson.dumps(asked), KIND)]

    def body(self, raw: bytes) -> bytes:
        """The number by Anthropic's name."""
        return orjson.dumps({"input_tokens": reading.count(reading.load(raw), "inputTokens")})


@dataclass(frozen=True, slots=True)
class Converse:
    """Converse: a dialect of Bedrock's own, streamed as AWS event streams."""

    stream_type: bytes = CONTENT_TYPE.encode()

    def told(self) -> str:
        """Its streams."""
        return "Streams are AWS event streams."

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """None: the body was written for it."""
        return []

    def headers(self, headers: Headers) -> Headers:
        """As they are."""
        return headers

    def framer(self) -> Framing:
        """Events as they are."""
        return ConverseFraming()

    def body(self, raw: bytes) -> bytes:
        """As it is."""
        return raw


def build(options: Mapping[str, str]) -> Vendor:
    """Bedrock; OptionError for what is no region."""
    if "region" in options and not _REGION.fullmatch(options["region"]):
        raise OptionError("region", "must be a region such as eu-west-3")
    return Bedrock()


def _identity(options: Mapping[str, str], key: Reveal | None) -> Identity | None:
    """Keys that sign; None for an API key, which is a bearer token."""
    region = options.get("region", "us-east-1")
    if key is None:
        return Signer(aws.chain(options.get("profile", "")), region, "bedrock")
    if ":" not in key():
        return None
    return Signer(lambda: Keys.read(key()), region, "bedrock")


BEDROCK = VendorKind(
    "bedrock", frozenset(_VERBS), OPTIONS, "https://bedrock-runtime.{region}.amazonaws.com", build,
    {MESSAGES: Messages(), COUNT: Counting(), CONVERSE: Converse()},
    Cloud(aws.MODULE, lambda options, keyed: not keyed, _identity),
    serves,
)  # fmt: skip
