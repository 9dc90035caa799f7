"""`GET /charter`: what staff may send where, served to identified callers. No call to a vendor, so no record of one."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from gateway.bundle.charter import LANGUAGES, charter_of, written
from gateway.bundle.vocabulary import Names
from gateway.errors import BadRequest

if TYPE_CHECKING:
    from gateway.bundle.pair import Pair
    from gateway.http import Headers, Request, Responder
    from gateway.runtime import Runtime
    from policies.charter import Charter

_BOTH = "both"
# The page brings its own style along and loads nothing.
_CLOSED = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class _Wanted(NamedTuple):
    language: str
    web: bool


class _Made(NamedTuple):
    """What was made under a pair on a day (contracts end with one)."""

    pair: Pair
    today: date
    charter: Charter
    pages: dict[_Wanted, bytes]

    def page(self, wanted: _Wanted) -> bytes:
        """The page, made at the first time."""
        if wanted not in self.pages:
            languages = LANGUAGES if wanted.language == _BOTH else (wanted.language,)
            text = written(self.charter, languages, self.pair.bundle.revision, self.today, web=wanted.web)
            self.pages[wanted] = text.encode()
        return self.pages[wanted]


class Charters:
    """The pages of the pair in force, made when somebody asks for them first."""

    def __init__(self) -> None:
        self._made: _Made | None = None
        self._making = asyncio.Lock()

    async def serve(self, runtime: Runtime, request: Request, responder: Responder) -> None:
        """Answers with the page in the form and language that the request prefers; raises BadRequest."""
        pair, today = runtime.epoch.pair, runtime.now().date()
        wanted = _Wanted(_language(request, pair.settings.server.language), "text/html" in request.header(b"accept"))
        async with self._making:  # many who ask at once wait for one
            made = self._made
            if made is None or made.pair is not pair or made.today != today:
                # Asking every rule takes a while: not on the loop that relays answers.
                made = self._made = await asyncio.to_thread(_make, pair, today)
        runtime.measure.charter(wanted.language, web=wanted.web)
        responder.whole(200, _headers(wanted), made.page(wanted))


def _make(pair: Pair, today: date) -> _Made:
    destinations, models = pair.destinations.values(), pair.models.values()
    return _Made(pair, today, charter_of(pair.bundle, Names.of(pair.settings), destinations, models, today), {})


def _headers(wanted: _Wanted) -> Headers:
    kind = b"text/html" if wanted.web else b"text/markdown"
    language = b"en, fr" if wanted.language == _BOTH else wanted.language.encode()
    return [
        (b"content-type", kind + b"; charset=utf-8"),
        (b"content-language", language),
        (b"vary", b"accept, accept-language"),
        (b"cache-control", b"private, no-cache"),
        (b"content-security-policy", _CLOSED),
        (b"x-content-type-options", b"nosniff"),
    ]


def _language(request: Request, usual: str) -> str:
    """What `?lang=` says, else the language that the client prefers of those there are, else the gateway's."""
    asked = request.parameters.get("lang")
    if asked is not None:
        if asked not in (*LANGUAGES, _BOTH):
            raise BadRequest("unknown_language", _NO_LANGUAGE, param="lang")
        return asked
    preferred = _preferences(request.header(b"accept-language"))
    return max(preferred, key=lambda p: p[0], default=(0.0, usual))[1]


def _preferences(header: str) -> list[tuple[float, str]]:
    """Weight and language of each range of an Accept-Language header that is one of ours."""
    found = []
    for item in header.split(","):
        name, _, weight = item.partition(";")
        language = name.strip().lower().partition("-")[0]
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            q = 0.0
        if language in LANGUAGES and 0 < q <= 1:
            found.append((q, language))
    return found


_NO_LANGUAGE = {
    "en": "The charter is written in en, fr or both.",
    "fr": "La charte est rédigée en en (anglais), fr ou both (les deux).",
}
