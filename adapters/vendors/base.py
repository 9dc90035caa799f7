"""What a vendor kind is: where it listens, how it wants its credential, and what its failures mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple, Protocol

from adapters.clouds.identity import Cloud
from adapters.dialects.base import Framing as Framing
from adapters.errors import UpstreamError
from adapters.wire.body import Document
from adapters.wire.edits import Edit

RawHeaders = Sequence[tuple[bytes, bytes]]
Headers = list[tuple[str, str]]


class Option(NamedTuple):
    """One key that a kind takes under `options:` in the configuration; its value is text. line: what it is for."""

    name: str
    line: str


class OptionError(ValueError):
    """An option of a vendor that can't be used. option: its name. message: what is wrong. nearest: a known name."""

    def __init__(self, option: str, message: str, *, nearest: str | None = None) -> None:
        super().__init__(message)
        self.option = option
        self.message = message
        self.nearest = nearest


class Vendor(Protocol):
    """One kind of vendor, with its options. It holds no credential and opens no connection.

    stores: keeps answers unless told `store: false`. trace_headers: takes the gateway's call id and attempt number in
    its request headers (simulators only). dialects: names of the dialects that it speaks.
    """

    @property
    def kind(self) -> str: ...

    @property
    def stores(self) -> bool: ...

    @property
    def trace_headers(self) -> bool: ...

    @property
    def dialects(self) -> frozenset[str]: ...

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """What follows the base URL, with the query that this vendor takes; `model` is the vendor's own name.

        A place such as `{response}` stands for what the client's path says there (gateway.routes).
        stream: a streamed answer is wanted (some vendors are told so in the path). Raises KeyError for a dialect that
        it doesn't speak. Of `query` (the client's) only known keys are kept.
        """

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """The headers that carry the vendor's credential; none for an empty one."""

    def fixed_headers(self) -> list[tuple[str, str]]:
        """Headers that every request to this vendor has, none of which a client may name."""

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """What a failed answer means; status alone is not enough."""


class Envelope(Protocol):
    """How one vendor's form of a dialect differs from the dialect itself, both ways. It keeps nothing of a call."""

    @property
    def stream_type(self) -> bytes:
        """The content type of its streams."""

    def told(self) -> str:
        """What differs, in a sentence for the reference."""

    def edits(self, document: Document, headers: Headers) -> list[Edit]:
        """What changes in a body that is otherwise ready to leave. headers: those that it would leave with."""

    def headers(self, headers: Headers) -> Headers:
        """Those that it leaves with."""

    def framer(self) -> Framing:
        """A fresh framer for one streamed answer; its events are those of the dialect."""

    def body(self, raw: bytes) -> bytes:
        """A whole answer as the dialect has it; raises UpstreamError (kind `protocol`)."""


class VendorKind(NamedTuple):
    """A kind of vendor, before it has options: a row of the registry. Call it with options to have a vendor.

    default_base_url: where it listens where the configuration says nothing, with options in braces; None where the
    configuration must say. envelopes: of the dialects whose form at this vendor is its own. cloud: how it comes by an
    identity that is more than a key. serves: whether a model of it is asked in one of its dialects, where that isn't
    the same for all models. locate: where it listens by its options, where a template doesn't say it. unnamed: what no
    name of a model has that is made from a client's, since by that the vendor is told to do more than to answer.
    """

    kind: str
    dialects: frozenset[str]
    options: tuple[Option, ...]
    default_base_url: str | None
    build: Callable[[Mapping[str, str]], Vendor]
    envelopes: Mapping[str, Envelope] = {}
    cloud: Cloud | None = None
    serves: Callable[[str, str], bool] | None = None
    locate: Callable[[Mapping[str, str]], str] | None = None
    unnamed: tuple[str, ...] = ()

    def base_url(self, options: Mapping[str, str]) -> str | None:
        """Where it listens by itself; None where its options don't say enough for that."""
        if self.locate is not None:
            return self.locate(options)
        try:
            return self.default_base_url and self.default_base_url.format_map(options)
        except KeyError:
            return None

    def __call__(self, options: Mapping[str, str]) -> Vendor:
        """The vendor; raises OptionError for an option that it doesn't take or can't use."""
        known = [option.name for option in self.options]
        for name in options:
            if name not in known:
                nearest = next(iter(get_close_matches(name, known, 1)), None)
                raise OptionError(name, f"{self.kind} takes no option of this name", nearest=nearest)
        return self.build(options)
