"""Makes the first call as quick as the others: what is built on first use is built before the listeners open."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.registry import DIALECTS
from adapters.wire.body import Document
from gateway.facts import Call
from policies.classify import Classifier

if TYPE_CHECKING:
    from gateway.epoch import Epoch

_ASK = b'{"model":"m","messages":[{"role":"user","content":"Bonjour, le 12 mars \xc3\xa0 10 h 30."}]}'


def warm_up(epoch: Epoch, now: datetime) -> None:
    """Sends a harmless text through detection, rulings and response guards, without any call."""
    pair = epoch.pair
    ask = DIALECTS["openai_chat"].parse(Document.parse(_ASK))
    # Not the pair's own classifier: its memory may be the one in use, and this runs beside the calls at a reload.
    own = Classifier(pair.engine, secret=secrets.token_bytes(32))
    found = own.classify(pair.settings.organisation, ask.passages)
    call = Call(pair.settings.organisation, "", (), "", "", "sandbox", "openai_chat", "", (), len(_ASK), now)
    for destination in pair.destinations.values():
        pair.policies.judge(
            call, ask.passages, found, destination, refused=frozenset(), vendor_state_ok=lambda _: False
        )
        guard = pair.policies.guard(call, destination, pair.bundle.engine)
        if guard is not None:
            for kind in ("text", "reasoning", "tool_arguments"):
                guard.feed(kind, kind, "Bonjour")
                guard.whole(kind, kind, "Bonjour, le 12 mars.")
