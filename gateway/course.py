"""Where a call goes next: the permitted destinations in their order, with what their health, the budget for retries and
the last failure say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapters.transport import KEPT_ALIVE
from gateway import admission
from gateway.candidates import larger
from gateway.config.failures import CLASSES, class_of

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.errors import UpstreamError
    from gateway.capacity.slots import Turns
    from gateway.exchange import Candidate, Exchange
    from gateway.routing.fare import Turn
    from gateway.runtime import Runtime


class Step(NamedTuple):
    """One attempt to make. turn: the leave to make it. share: of the time that is left to the call."""

    candidate: Candidate
    turn: Turn
    share: float


class Course:
    """The attempts of one call, one after the other; asked for the next one with what became of the last."""

    def __init__(self, runtime: Runtime, exchange: Exchange, ask: Ask, candidates: list[Candidate]) -> None:
        self._runtime, self._exchange, self._ask = runtime, exchange, ask
        self._candidates = candidates
        # Those that are ill or only just back come last: they are asked where no other answers.
        ordered = sorted(candidates, key=self._unwilling) if len(candidates) > 1 else candidates
        self._turns = self._in_turn(ordered)
        self._last: Step | None = None
        self._tried: set[int] = set()
        self._renewed = self._larger = False
        self._further = 0
        self.too_long = 0
        """How many found the ask too long."""

    def _unwilling(self, candidate: Candidate) -> bool:
        return not self._exchange.health.willing(candidate.destination.name)

    async def next(self, failure: UpstreamError | None) -> Step | None:
        """The next attempt; None where there is none to be made.

        After errors that would be the same anywhere (the client's own, a content refusal) there is none. A credential
        that fails gives way to the destination's next one, a destination to the next one, and one that the ask is too
        long for to larger ones, where the rules permit them.
        """
        if failure is None:
            self._exchange.retries.called(self._exchange.counted)
            return await self._step()
        if failure.code == KEPT_ALIVE and not self._renewed and self._last is not None:
            self._renewed = True
            return await self._keep(self._last.candidate)
        if self._exchange.pinned is not None:
            return None  # what it names is nowhere else
        if failure.kind == "context_length":
            self.too_long += 1
            self._go_larger()
        elif not failure.retryable:
            return None
        model = "" if self._further else self._exchange.counted
        if not self._exchange.retries.allows(len(self._runtime.live), model):
            return None
        step = await self._other_credential(failure) or await self._step()
        self._further += step is not None
        return step

    def in_vain(self) -> None:
        """None of the attempts was answered."""
        self._exchange.retries.in_vain(self._exchange.counted, self._further)

    def wait(self) -> float:
        """Seconds until any of the candidates may be asked."""
        health = self._exchange.health
        return min(health.wait(c.destination.name) for c in self._candidates)

    def _go_larger(self) -> None:
        """Only larger destinations from here on."""
        if not self._larger:
            self._larger = True
            self._turns = self._in_turn(larger(self._runtime, self._exchange, self._ask))

    def _in_turn(self, candidates: list[Candidate]) -> Turns:
        """The candidates as there is a slot for the call at them."""
        runtime = self._runtime
        return runtime.capacity.slots.turns(self._exchange, candidates, self._exchange.health.wait)

    async def _step(self) -> Step | None:
        self._tried.clear()
        async for candidate in self._turns:
            if (step := await self._keep(candidate)) is not None:
                return step
        return None

    async def _other_credential(self, failure: UpstreamError) -> Step | None:
        of = CLASSES.get(class_of(failure.kind) or "")
        if of is None or not of.of_credential or self._last is None:
            return None
        self._tried.add(self._last.turn.credential)
        return await self._keep(self._last.candidate)

    async def _keep(self, candidate: Candidate) -> Step | None:
        runtime, health = self._runtime, self._exchange.health
        if not health.admits(candidate.destination.name) or runtime.absent.knows(candidate.destination):
            return None
        if not await admission.room_at(runtime, self._exchange, self._ask, candidate):
            return None
        known = max(len(self._exchange.epoch.upstream(candidate.destination).credentials), 1)
        pinned = self._exchange.pinned
        turn = health.take(candidate.destination.name, self._tried if pinned is None else pinned.others, known)
        if turn is None:
            return None
        more = any(health.admits(c.destination.name) for c in self._turns.left)
        share = self._exchange.pair.settings.health.attempt_share if more else 1.0
        self._last = Step(candidate, turn, share)
        return self._last
