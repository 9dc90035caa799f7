"""What vendors offer, laid beside what is published here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import UpstreamError
from adapters.transport import Transport
from adapters.vendors.listing import MOST_NAMES, MOST_PAGES, list_headers, list_path, read_page
from gateway.bundle.destinations import Destination
from gateway.config.kinds import NAME
from gateway.config.patterns import Pattern, is_pattern, is_template, public_name
from gateway.epoch import upstreams

if TYPE_CHECKING:
    from gateway.bundle.contracts import Contract
    from gateway.bundle.pair import Pair
    from gateway.epoch import Upstream

MOST_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class New:
    """A model that a vendor offers and nobody can ask for here. priced: whether a price of it is known."""

    model: str
    priced: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What one vendor says. error: why it couldn't be asked, "" where it was. contract: one of the bundle's that covers
    it, "" for none. unpriced: names that a pattern serves at the dearest price. gone: destinations whose model isn't
    in the list."""

    vendor: str
    error: str = ""
    contract: str = ""
    offered: int = 0
    new: tuple[New, ...] = ()
    unpriced: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is something to add or to take out."""
        return bool(self.new or self.unpriced or self.gone)


async def discover(pair: Pair, vendors: Sequence[str]) -> list[Offer]:
    """Asks these vendors of the configuration, each with our own credential and through the same transport as calls.

    A vendor whose host no contract allows is sent nothing.
    """
    places = {n: Destination(name=n, vendor=n, kind="", model="", base_url=pair.urls[n]) for n in vendors}
    ready = upstreams(pair.settings, places)
    async with Transport() as transport:
        return list(await asyncio.gather(*(_offer(pair, transport, name, ready[name]) for name in vendors)))


async def _offer(pair: Pair, transport: Transport, name: str, upstream: Upstream) -> Offer:
    contract = _contract(pair, name)
    if contract is None:
        return Offer(name, error=f"no contract of the bundle allows the host of {pair.urls[name]}: nothing was sent")
    path = list_path(upstream.vendor)
    if path is None:
        said = f"vendors of kind {upstream.vendor.kind} have no list to be asked for"
        return Offer(name, error=said, contract=contract.id)
    try:
        names = await _names(transport, upstream, path)
    except UpstreamError as failed:
        status = f", status {failed.status}" if failed.status else ""
        return Offer(name, error=f"it couldn't be asked ({failed.kind}{status})", contract=contract.id)
    return compared(pair, name, contract, names)


def _contract(pair: Pair, vendor: str) -> Contract | None:
    found = (c for c in pair.bundle.contracts.values() if c.vendor == vendor and c.covers(pair.urls[vendor]))
    return next(found, None)


async def _names(transport: Transport, upstream: Upstream, path: str) -> list[str]:
    names: dict[str, None] = {}
    headers = [*list_headers(upstream.vendor), *upstream.headers()]
    asked = path
    for _ in range(MOST_PAGES):
        answer = await transport.send(upstream.endpoint, "GET", asked, headers, b"")
        try:
            raw = await answer.read(MOST_BYTES)
        finally:
            answer.close()
        if answer.status != 200:
            raise upstream.vendor.classify(answer.status, answer.headers, raw)
        page = read_page(raw)
        names.update(dict.fromkeys(page.names))
        if not page.following or len(names) > MOST_NAMES:
            break
        asked = f"{path.partition('?')[0]}?{page.following}"
    return list(names)[:MOST_NAMES]


def compared(pair: Pair, vendor: str, contract: Contract, names: Iterable[str]) -> Offer:
    """A vendor's list beside what is published here."""
    offered = list(names)
    here = [d for d in pair.destinations.values() if d.vendor == vendor]
    named = {d.model for d in here if not is_template(d.model)}
    new, unpriced = [], []
    for model in (one for one in offered if one not in named):
        at = Destination(name="", vendor=vendor, kind=pair.settings.vendors[vendor].kind, model=model,
                         base_url=pair.urls[vendor], contract=contract.id)  # fmt: skip
        priced = not pair.tariffs.made(at).assumed
        public = _by_pattern(pair, here, model)
        if not public:
            new.append(New(model, priced))
        elif not priced and public not in pair.model_names:
            unpriced.append(public)
    gone = [(d.name, d.model) for d in here if not is_template(d.model) and d.model not in offered]
    return Offer(vendor, "", contract.id, len(offered), tuple(new), tuple(unpriced), tuple(gone))


def _by_pattern(pair: Pair, here: Sequence[Destination], model: str) -> str:
    """The public name by which a pattern serves a vendor's model, "" where none does."""
    for entry in (m for m in pair.models.values() if is_pattern(m.name)):
        for destination in (d for d in entry.destinations if d in here and is_template(d.model)):
            name = public_name(destination.model, model, Pattern.of(entry.name))
            if name and (found := pair.model(name)) is not None and any(d.model == model for d in found.destinations):
                return name
    return ""


def lines_to_add(offers: Iterable[Offer]) -> Iterator[str]:
    """The configuration's lines for what is new; names that a configuration can't hold are left out."""
    every = ((offer, new.model) for offer in offers for new in offer.new)
    found = [(o, model) for o, model in every if NAME.fullmatch(model) and NAME.fullmatch(f"{o.vendor}/{model}")]
    if found:
        yield "destinations:"
        for offer, model in found:
            said = ", ".join(f"{k}: {json.dumps(v)}" for k, v in (("vendor", offer.vendor), ("model", model)))
            yield f"  {json.dumps(f'{offer.vendor}/{model}')}: {{{said}, contract: {json.dumps(offer.contract)}}}"
        yield "models:"
        by_name: dict[str, list[str]] = {}
        for offer, model in found:
            by_name.setdefault(model, []).append(f"{offer.vendor}/{model}")
        yield from (f"  {json.dumps(n)}: {{destinations: {json.dumps(where)}}}" for n, where in by_name.items())


def safe(name: str) -> str:
    """A vendor's name of a model as a terminal may have it."""
    return name if NAME.fullmatch(name) else ascii(name[:200])
