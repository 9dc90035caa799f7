"""What vendors keep for callers: whose it is, where a call that names it goes, and what becomes it.

A call that names an object goes where it is kept, with the credential that it was made with, or nowhere. Whoever didn't
have it made is told what is told of an object that never was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.ask import BATCH, MANAGING
from adapters.dialects.openai_files import batched_as
from gateway import refusals
from gateway.errors import BadRequest, PolicyRefusal, VendorFailed
from gateway.pages.listing import keep_listed
from gateway.pinned import Pinned
from gateway.state.owners import Owned, Taken, of_one_place
from gateway.state.store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.ask import Ask, Held
    from gateway.bundle.destinations import Destination, Model
    from gateway.config.secret import Secret
    from gateway.exchange import Attempt, Exchange
    from gateway.reply import Reply
    from gateway.runtime import Runtime


async def pin(runtime: Runtime, exchange: Exchange, ask: Ask) -> None:
    """Finds who had made what the ask names; raises NotFound for what this caller didn't, and a Refusal where it can't
    be reached any more. Where the vendor is to keep something, makes sure that it could be noted whose it is."""
    if not ask.held and not ask.keeps:
        return
    if ask.operation not in MANAGING and (param := _nowhere(exchange, ask)):
        raise _never_kept(param)
    exchange.keeping = ask.keeps
    try:
        if ask.keeps:
            await runtime.owners.ready()
        found = [await _found(runtime, exchange, held) for held in ask.held]
    except StoreUnavailable:
        runtime.measure.shed("owners")
        raise refusals.owners_unavailable() from None
    if found:
        exchange.pinned = _place(runtime, exchange, ask, found)


async def _found(runtime: Runtime, exchange: Exchange, held: Held) -> Owned:
    caller = exchange.caller
    owned = await runtime.owners.find(held.kind, caller.organisation, caller.pseudonym, exchange.use_case, held.name)
    if owned is None:
        raise refusals.no_object(held.param)
    return owned


def _place(runtime: Runtime, exchange: Exchange, ask: Ask, found: list[Owned]) -> Pinned:
    owned = found[0]
    if not of_one_place(found):
        raise BadRequest("objects_apart", _APART)
    destination = exchange.pair.destinations.get(owned.destination)
    if destination is None:
        raise BadRequest("object_out_of_reach", _OUT_OF_REACH)
    credentials = exchange.epoch.upstream(destination).credentials
    index = _credential(runtime, owned, credentials)
    if index is None:
        raise BadRequest("object_out_of_reach", _OUT_OF_REACH)
    if ask.operation not in MANAGING and any(one.rules != rules_of(exchange) for one in found):
        raise PolicyRefusal("rules_changed", _RULES_CHANGED, retry=False)
    return Pinned(owned, destination, index, frozenset(range(len(credentials))) - {index})


def _credential(runtime: Runtime, owned: Owned, credentials: tuple[Secret, ...]) -> int | None:
    """The credential that an object was made with: the same one, else what its place in the configuration has now,
    which is how a credential is renewed."""
    if not credentials:
        return 0 if not owned.credential else None
    prints = [runtime.owners.fingerprint(one.reveal()) for one in credentials]
    if owned.fingerprint in prints:
        return prints.index(owned.fingerprint)
    named = [one.reference for one in credentials]
    return named.index(owned.credential) if owned.credential in named else None


def known(exchange: Exchange) -> Model:
    """The public model that an object which the path names was made by; raises where the caller may not use it now."""
    assert exchange.pinned is not None, "the path names an object, and it was found"
    owned = exchange.pinned.owned
    model = exchange.pair.model(owned.model)
    if model is None or not exchange.caller.may_use(model.name):
        raise BadRequest("object_out_of_reach", _OUT_OF_REACH)
    exchange.model, exchange.entry, exchange.counted = model.name, model.entry, model.counted
    return model


def keeping(exchange: Exchange, ask: Ask, destinations: Iterable[Destination]) -> Iterable[Destination]:
    """Those of a model's destinations that may be asked: where an object is kept, or where one may be.

    Raises BadRequest where a call names an object that isn't kept at any of them.
    """
    pinned = exchange.pinned
    if pinned is None and not ask.keeps:
        return destinations
    if pinned is not None:
        # One that the path names is kept there whatever the model's destinations are by now.
        left = [one for one in destinations if one.name == pinned.destination.name or ask.operation in MANAGING]
        if not left:
            raise BadRequest("object_elsewhere", _ELSEWHERE, param=ask.held[0].param)
        there = next((one for one in left if one.name == pinned.destination.name), pinned.destination)
        if ask.keeps and not there.keeps_seconds:
            raise _never_kept("store")
        return [there]
    return [one for one in destinations if may_hold(exchange, ask, one)]


def may_hold(exchange: Exchange, ask: Ask, destination: Destination) -> bool:
    """Whether a destination may have this call, for all that it names and is to keep."""
    if exchange.pinned is not None and exchange.pinned.destination.name != destination.name:
        return False
    return not ask.keeps or bool(destination.keeps_seconds)


def _nowhere(exchange: Exchange, ask: Ask) -> str:
    """The field that asks for what none of the model's destinations does, "" where one may."""
    model = exchange.pair.model(ask.model)
    if model is None or any(one.keeps_seconds for one in model.destinations):
        return ""
    fields = [held.param for held in ask.held if held.param]
    if ask.operation == "file":
        return "file"
    return fields[0] if fields else "background" if ask.document.value.get("background") else "store"


async def record(runtime: Runtime, exchange: Exchange, attempt: Attempt, kind: str, name: str) -> None:
    """Returns when it is on record whose the object is that an answer brought; raises Unavailable where it can't be."""
    destination, caller = attempt.candidate.destination, exchange.caller
    credentials = exchange.epoch.upstream(destination).credentials
    secret = credentials[attempt.turn.credential] if credentials else None
    now = runtime.now().timestamp()
    owned = Owned(
        kind=kind,
        organisation=caller.organisation,
        caller=caller.pseudonym,
        use_case=exchange.use_case,
        model=exchange.model,
        destination=destination.name,
        credential=secret.reference if secret is not None else "",
        fingerprint=runtime.owners.fingerprint(secret.reveal()) if secret is not None else "",
        rules=rules_of(exchange),
        made=now,
        ends=now + destination.keeps_seconds,
        **_comes_to(exchange, kind),
    )
    try:
        await runtime.owners.record(name, owned)
    except Taken:
        runtime.measure.shed("owner_taken")
        raise VendorFailed("object_taken", _TAKEN, retry=False) from None
    except StoreUnavailable:
        runtime.measure.shed("owners")
        raise refusals.owners_unavailable() from None


def _comes_to(exchange: Exchange, kind: str) -> dict[str, Any]:
    """What the requests in a file come to, to be held for the batch that is made of it; and what they are read as."""
    ask = exchange.ask
    if kind != "file" or ask is None or not ask.lines:
        return {}
    size = sum(len(one.document.raw) for _, one, _ in ask.lines)
    return {"input": size, "output": ask.max_output or 0, "lines": ask.lines[0].ask.dialect}


def of_file(exchange: Exchange, ask: Ask) -> Ask:
    """A batch with what the requests in its file may come to. Raises BadRequest where it is for another API than the
    one that they were inspected as: a vendor might go by either."""
    if ask.operation != BATCH or exchange.pinned is None:
        return ask
    owned = exchange.pinned.owned
    if batched_as(ask) != owned.lines:
        raise BadRequest("wrong_endpoint", _ENDPOINT, param="endpoint")
    return replace(ask, most_input=owned.input, max_output=owned.output)


async def noted(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """Called before a stretch of the answer goes to the client, which then has the name of what the vendor keeps: it is
    on record by then whose that is. What was deleted is forgotten."""
    ask, kind, name = exchange.ask, exchange.keeping, reply.gate.made
    if kind and name:
        await record(runtime, exchange, reply.attempt, kind, name)
        exchange.keeping = ""
    for other, its_name in reply.gate.also:  # what a batch has written is its maker's
        await record(runtime, exchange, reply.attempt, other, its_name)
    if ask is not None and ask.operation == "delete":
        await forget(runtime, exchange)
    await keep_listed(runtime, exchange, reply)


async def forget(runtime: Runtime, exchange: Exchange) -> None:
    """The object that the path names is no more; where that can't be noted, its vendor says so the next time."""
    assert exchange.ask is not None and exchange.pinned is not None
    try:
        await runtime.owners.forget(exchange.ask.held[0].name, exchange.pinned.owned)
    except StoreUnavailable:
        runtime.measure.shed("owners")


def no_pseudonyms() -> PolicyRefusal:
    """A call whose names a rule replaces: nobody could tell what stands for what in what is kept of it."""
    return PolicyRefusal("pseudonyms_kept", _NO_PSEUDONYMS, retry=False)


def rules_of(exchange: Exchange) -> str:
    """What a text was inspected under: the revisions of the policies and of the detection."""
    return f"{exchange.pair.policies.revision} {exchange.pair.bundle.engine.revision}"


def _never_kept(param: str) -> BadRequest:
    return BadRequest(
        "vendor_held",
        {
            "en": f"{param} is about something that a vendor keeps, and no destination of this model may keep "
            "anything: send the content.",
            "fr": f"{param} porte sur ce qu'un fournisseur conserve, et aucune destination de ce modèle n'a le droit "
            "de conserver quoi que ce soit : envoyez le contenu.",
        },
        param=param,
    )


_TAKEN = {
    "en": "The vendor gave what it keeps of this call a name that something else has already. Nothing of it is yours.",
    "fr": "Le fournisseur a donné à ce qu'il conserve de cet appel un nom déjà pris. Rien n'en est à vous.",
}
_OUT_OF_REACH = {
    "en": "This is kept at a place that can't be reached any more: its destination, its credential or your leave to "
    "use its model was taken away. Ask the operators.",
    "fr": "Ceci est conservé à un endroit hors d'atteinte désormais : destination, identifiants ou droit d'usage du "
    "modèle retirés. Adressez-vous à l'exploitation.",
}
_ELSEWHERE = {
    "en": "What this request goes on from was made by another model, at another destination: ask that model, or send "
    "the whole conversation.",
    "fr": "Ce que cette requête prolonge vient d'un autre modèle, à une autre destination : demandez à ce modèle, ou "
    "envoyez toute la conversation.",
}
_APART = {
    "en": "This request names objects that are kept at different places: no vendor has them all.",
    "fr": "Cette requête nomme des objets conservés à différents endroits : aucun fournisseur ne les a tous.",
}
_NO_PSEUDONYMS = {
    "en": "A rule replaces names in this text by pseudonyms, and in what a vendor keeps they can't become names again: "
    "ask without store and background.",
    "fr": "Une règle remplace des noms de ce texte par des pseudonymes, qui ne pourraient redevenir des noms dans ce "
    "que conserve un fournisseur : demandez sans store ni background.",
}
_ENDPOINT = {
    "en": "The batch's endpoint must be the url of the requests in its file.",
    "fr": "L'endpoint du lot doit être l'url des requêtes de son fichier.",
}
_RULES_CHANGED = {
    "en": "The rules have changed since what the vendor keeps was inspected: send it anew (the whole conversation "
    "instead of previous_response_id, the file instead of its id).",
    "fr": "Les règles ont changé depuis l'inspection de ce que le fournisseur conserve : envoyez-le à nouveau (toute "
    "la conversation plutôt que previous_response_id, le fichier plutôt que son identifiant).",
}
