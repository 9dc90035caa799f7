"""What one worker remembers of calls and another may be asked about: lifts, refusals, vendors' states, judged calls.

Everybody is told what any next call may be judged by (lifts, refused passages); what only the caller's own next step
needs is left in the store and looked up where it is missing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.sealed import sealed
from gateway.state.judged import Judged, read, written
from gateway.state.lifts import LASTS
from gateway.state.pace import Pace
from gateway.state.recent import LASTS_FOR

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Exchange
    from gateway.runtime import Runtime

REFUSED_SECONDS = 4 * 3600.0
REFUSED_A_PERSON = 200
"""How many refused passages of a person the others are told of in an hour; what is refused more often is looked at."""
JUDGED_SECONDS = {True: 86400.0, False: 3600.0}
"""How long a call may be reported, by whether it was refused."""
MOST_STATES = 200
AGAIN_SECONDS = 0.15
"""A client is quick: what the last answer brought may be on its way to the store when it comes back."""
_LONGEST_CALL = 64


def share(runtime: Runtime) -> None:
    """Lets this worker tell the others, and hear of them. Where nothing is shared, all stays as it is."""
    follower = runtime.follower
    if not follower.shared:
        return
    pace = Pace(runtime.monotonic, REFUSED_A_PERSON)

    def refused(caller: str, name: str) -> None:
        if not pace.wait(caller):
            follower.say(f"refused/{name}", b"", REFUSED_SECONDS)

    def judged(call: Judged) -> None:
        follower.note(f"judged/{call.call}", written(call), JUDGED_SECONDS[call.refused], hurry=False)

    follower.on("lift/", runtime.lifts.hear)
    follower.on("refused/", runtime.refused.hear)
    runtime.lifts.told = lambda report, value: follower.say(f"lift/{report}", value, LASTS.total_seconds())
    runtime.refused.told = refused
    runtime.states.told = lambda name, vendor: follower.note(f"state/{name}", vendor.encode(), LASTS_FOR)
    runtime.judged.told = judged


async def recall_states(runtime: Runtime, exchange: Exchange, ask: Ask) -> None:
    """Learns which vendors issued the states in a request that never passed this worker."""
    if not runtime.follower.shared:
        return
    blobs = [ask.passages[index].note for index in sealed(ask, exchange.classification)][:MOST_STATES]
    for pause in (AGAIN_SECONDS, 0.0):
        missing = runtime.states.missing(exchange.caller.organisation, blobs)
        if not missing:
            return
        known = await runtime.follower.look([f"state/{name}" for name in missing])
        for key, vendor in known.items():
            runtime.states.take(key.removeprefix("state/"), vendor.decode())
        if pause and len(known) < len(missing):
            await asyncio.sleep(pause)


async def recall_judged(runtime: Runtime, call: str, person: str) -> Judged | None:
    """A call that this person made, wherever it was judged."""
    judged = runtime.judged.find(call, person)
    if judged is None and len(call) <= _LONGEST_CALL:
        key = f"judged/{call}"
        raw = (await runtime.follower.look([key])).get(key)
        if raw is not None:
            runtime.judged.take(read(raw))
            judged = runtime.judged.find(call, person)
    return judged
