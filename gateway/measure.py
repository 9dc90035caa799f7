"""From the exchange to metrics and log: one method a moment, called by the stage that knows it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import isfunction
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from gateway import call_figures
from gateway.bundle.due import end_of, exceptions, shadows
from gateway.promises.counting import Counting, Took
from gateway.top.counting import Top
from gateway.webhooks.bursts import COUNT, SECONDS, Bursts
from observability.metrics import Metrics
from policies.transform.redact import CONFIDENTIAL

if TYPE_CHECKING:
    from adapters.errors import UpstreamError
    from gateway.bundle.pair import Pair
    from gateway.errors import Refusal
    from gateway.exchange import Attempt, Exchange
    from gateway.http import Request
    from gateway.identity.callers import Caller
    from gateway.pricing.rates import Tariff
    from gateway.quota.accounts import Limit
    from gateway.quota.units import Exceeded, Unknown
    from gateway.routes import Route
    from observability.logs import Log
    from policies.classify import Classification
    from policies.decide import RuleHit


_ENDS = (
    "ecluse_contract_expiry_timestamp_seconds",
    "ecluse_exception_expiry_timestamp_seconds",
    "ecluse_shadow_expiry_timestamp_seconds",
)


P = ParamSpec("P")

UNGUARDED = frozenset({"bug", "bug_beside", "trace_broken"})
"""What says of a mistake itself."""


def unfailing(tell: Callable[Concatenate[Measure, P], None]) -> Callable[Concatenate[Measure, P], None]:
    """A mistake of ours in what is told costs a figure, never a call. The log names type and place of the mistake."""

    @wraps(tell)
    def told(self: Measure, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            tell(self, *args, **kwargs)
        except Exception as bug:  # noqa: BLE001 - see above
            self.log.fault(bug)

    return told


def guarded(measure: type[Measure]) -> type[Measure]:
    """Whatever is told, by whichever stage, is unfailing: the next one as well."""
    for name, tell in tuple(vars(measure).items()):
        if isfunction(tell) and not name.startswith("_") and name not in UNGUARDED:
            setattr(measure, name, unfailing(tell))
    return measure


@guarded
class Measure:
    """The metrics of one process, and its log. turned_away: calls, by class ("none" for whatever class)."""

    def __init__(self, log: Log, version: str) -> None:
        self.metrics = Metrics()
        self.contracts = Counting(self.metrics)
        self.log = log
        self.turned_away: Counter[str] = Counter()
        self.top = Top()
        self._bursts = Bursts(time.monotonic)
        self._ledger_ready = True
        self.metrics.set("ecluse_build_info", (version,))
        self.metrics.watch("ecluse_telemetry_dropped_total", ("log",), lambda: float(log.lost))

    def breaker(self, destination: str, failure: str, credential: int, seconds: float) -> None:
        """A breaker opened here for some seconds, or closed (0)."""
        if seconds:
            self.metrics.inc("ecluse_breaker_openings_total", (destination, failure))
        event = "breaker.opened" if seconds else "breaker.closed"
        number = None if credential < 0 else credential
        seconds = round(seconds, 1)
        self.log.event(event, destination=destination, reason=failure, credential=number, seconds=seconds)

    def outlier(self, destination: str) -> None:
        """A destination does so much worse than its model's others that calls go there last."""
        self.metrics.inc("ecluse_outliers_total", (destination,))
        self.log.event("destination.outlier", destination=destination)

    def loaded(self, pair: Pair, now: float) -> None:
        """A pair came into force; `now` is Unix time."""
        m = self.metrics
        for family in ("ecluse_revision_info", *_ENDS):
            m.forget(family)
        m.set("ecluse_revision_info", (pair.revision, pair.bundle.revision, pair.bundle.engine.revision))
        m.set("ecluse_last_reload_timestamp_seconds", (), now)
        self.contracts.use(pair.bundle.contracts.values(), now)
        m.set("ecluse_load_refused", (), 0.0)
        contracts = {c.id: c.expires for c in pair.bundle.contracts.values() if c.expires is not None}
        for family, ends in zip(_ENDS, (contracts, exceptions(pair.policies), shadows(pair.policies)), strict=True):
            for name, day in ends.items():
                m.set(family, (name,), end_of(day))

    def started(self, worker: str, pair: Pair, succeeds: str) -> None:
        """A worker serves from now on. succeeds: what became of the one whose place it took."""
        policy, detection = pair.bundle.revision, pair.bundle.engine.revision
        self.log.event("start", worker=worker, policy=policy, config=pair.revision, detection=detection)
        if succeeds:
            self.log.event("worker.took_over", worker=worker, reason=succeeds)

    def reloaded(self, *, ok: bool, by: str = "", problems: int = 0) -> None:
        """A reload was accepted or refused. by: who asked for it. problems: how many were found."""
        self.metrics.inc("ecluse_reloads_total", ("accepted" if ok else "refused",))
        self.metrics.set("ecluse_load_refused", (), float(not ok))
        if ok:
            self.log.event("reload", accepted=True, reason=by)
        else:
            self.log.event("reload.refused", reason=by, problems=problems)

    def certificate(self, listener: str, ends: float, days: float, refused: str) -> None:
        """The certificate of a listener came into force, or what its files hold now can't. ends: Unix time. days: to
        its end. refused: why, "" where it is in force."""
        self.metrics.set("ecluse_certificate_expiry_timestamp_seconds", (listener,), ends)
        self.metrics.set("ecluse_certificate_refused", (listener,), float(bool(refused)))
        if refused:
            self.log.event("certificate.refused", listener=listener, reason=refused, days=days)
        else:
            self.log.event("certificate.taken", listener=listener, days=days)

    def handshake_failed(self, reason: str) -> None:
        """A client and the data listener didn't come to terms on TLS."""
        self.metrics.inc("ecluse_tls_handshake_failures_total", (reason,))

    def stranger(self, reason: str) -> None:
        """Somebody showed no valid key."""
        self.metrics.inc("ecluse_unidentified_total", (reason,))

    def charter(self, language: str, *, web: bool) -> None:
        """Somebody read the charter."""
        self.metrics.inc("ecluse_charters_total", (language, "html" if web else "md"))

    def shed(self, reason: str, priority: str = "none") -> None:
        """A call was turned away because of the gateway's own state, or for want of room. priority: of its class."""
        self.metrics.inc("ecluse_shed_total", (reason, priority))
        self.turned_away[priority] += 1

    @unfailing
    def failed_at_door(self, refusal: Refusal, caller: Caller, route: Route, request: Request) -> None:
        """A call was turned away before there was anything of it on record: for its caller it failed all the same."""
        use_case = caller.use_case(request.header(b"x-ecluse-use-case") or None)
        call_figures.at_door(self.metrics, refusal.counted, route.dialect or "none", caller.team, use_case)

    def listed(self, kind: str) -> None:
        """Somebody asked what he had kept."""
        self.metrics.inc("ecluse_lists_total", (kind,))

    def unserved(self, path: str) -> None:
        """Somebody asked for an API that is refused. path: of our table."""
        self.metrics.inc("ecluse_unserved_total", (path,))

    def queued(self, priority: str, seconds: float) -> None:
        """A call of this class waited for a slot at a destination, whether it got one or not."""
        self.metrics.observe("ecluse_queue_seconds", (priority,), seconds)

    def file(self, kind: str, reason: str, seconds: float) -> None:
        """A file of a request was read, or was not for a reason."""
        self.metrics.inc("ecluse_files_total", (kind or "unread", reason or "read"))
        if seconds:
            self.metrics.observe("ecluse_file_seconds", (), seconds)

    def classified(self, classification: Classification, exchange: Exchange, seconds: float) -> None:
        """A request was inspected."""
        m = self.metrics
        m.observe("ecluse_classify_seconds", (), seconds)
        m.inc("ecluse_classify_memo_total", ("hit",), classification.memo_hits)
        m.inc("ecluse_classify_memo_total", ("miss",), classification.memo_misses)
        if classification.failed is not None:
            m.inc("ecluse_classify_failures_total")
        if classification.findings and exchange.ask is not None:
            hidden = exchange.pair.policies.confidential
            for finding in classification.findings:
                name = CONFIDENTIAL if finding.detector in hidden else finding.detector
                m.inc("ecluse_findings_total", (name, exchange.ask.passages[finding.passage].direction))

    def matched(self, hits: Iterable[RuleHit]) -> None:
        """Rules matched: on a request for one candidate, or on an answer."""
        for hit in hits:
            self.metrics.inc("ecluse_policy_decisions_total", (hit.rule, hit.action, hit.mode))

    def webhook(self, name: str, result: str) -> None:
        """A message to an address of the company's own was sent, or wasn't."""
        self.metrics.inc("ecluse_webhooks_total", (name, result))
        if result in ("refused", "given_up"):
            self.log.event("webhook.lost", where=name, reason=result)

    def reported(self, kind: str) -> None:
        """Somebody reported a call."""
        self.metrics.inc("ecluse_reports_total", (kind,))

    def sampled(self, rule: str) -> None:
        """A review sample was taken."""
        self.metrics.inc("ecluse_review_samples_total", (rule,))

    def pseudonymised(self, counts: Mapping[str, int]) -> None:
        """An attempt sends tokens instead of values. counts: by detector."""
        for detector, count in counts.items():
            self.metrics.inc("ecluse_pseudonymised_total", (detector,), float(count))

    def quota_warned(self, message: Mapping[str, Any]) -> None:
        """An account passed its soft limit."""
        self.metrics.inc("ecluse_quota_warnings_total", (message["scope"], message["unit"]))
        named = {message["scope"]: message["name"]} if message["scope"] in ("team", "use_case") else {}
        self.log.event("quota.soft", scope=message["scope"], unit=message["unit"], **named)

    def extended(self, result: str) -> None:
        """More was held for an answer under way, or it was cut."""
        self.metrics.inc("ecluse_reservation_steps_total", (result,))

    def quota_refused(self, exceeded: Exceeded) -> None:
        """A limit had no room."""
        self.metrics.inc("ecluse_quota_refusals_total", (exceeded.scope, exceeded.unit))

    def quota_unknown(self, unknown: Unknown) -> None:
        """Whether a limit had room couldn't be known."""
        self.metrics.inc("ecluse_quota_unknown_total", (unknown.scope, unknown.unit))

    def quota_word(self, asks: int, seconds: float, result: str) -> None:
        """The shared store was asked for so many quotas at once, or didn't answer."""
        self.metrics.inc("ecluse_quota_words_total", (result,))
        self.metrics.inc("ecluse_quota_asks_total", (), float(asks))
        self.metrics.observe("ecluse_quota_word_seconds", (), seconds)

    def quota_waited(self, seconds: float) -> None:
        """A call waited for the shared store, since what this worker had at hand didn't do for it."""
        self.metrics.observe("ecluse_quota_wait_seconds", (), seconds)

    def bug_beside(self, bug: Exception) -> None:
        """What is done beside the calls failed on a mistake of ours."""
        self.log.fault(bug)

    def overrun(self, line: Limit, amount: int) -> None:
        """More was used than was held."""
        self.metrics.inc("ecluse_quota_overrun_total", (line.scope, line.unit), float(amount))

    def recorded(self, seconds: float) -> None:
        """A call waited for its durable record."""
        self.metrics.observe("ecluse_ledger_append_seconds", (), seconds)

    def ledger_ready(self, ready: bool, worker: str) -> None:
        """Whether records can be written; looked at once a second."""
        if ready != self._ledger_ready:
            self._ledger_ready = ready
            event = "ledger.ready" if ready else "ledger.not_ready"
            self.log.event(event, worker=worker)

    def ending(self, contract: str, days: int) -> None:
        """A contract ends in so many days, or (0) has ended."""
        if days > 0:
            self.log.event("contract.expiring", contract=contract, days=days)
        else:
            self.log.event("contract.expired", contract=contract)

    def stopped(self, event: str, kind: str, name: str) -> None:
        """Operators stopped something, or let it go on. name: of a user the pseudonym."""
        self.log.event(event, scope=kind, name=name)

    def failed_over(self, before: str, after: str, reason: str) -> None:
        """A call goes on to another destination."""
        self.metrics.inc("ecluse_failovers_total", (before, after, reason))
        if self._bursts.add(before):
            self.log.event("failover.burst", destination=before, count=COUNT, seconds=SECONDS)

    def demoted(self, route: str, destination: str, objective: str) -> None:
        """A destination broke a promise of a route, or ("") keeps all of them again."""
        if objective:
            self.metrics.inc("ecluse_route_demotions_total", (route, destination, objective))
        event = "route.demoted" if objective else "route.restored"
        said = {"route": route, "destination": destination, "objective": objective or None}
        self.log.event(event, **said)

    def attempt(self, exchange: Exchange, attempt: Attempt, error: UpstreamError | None, ended: float) -> None:
        """An attempt ended."""
        self.top.attempt(exchange, attempt, error, ended)
        call_figures.attempt(self.metrics, exchange, attempt, error, ended)
        if error is not None and error.kind in ("auth", "money", "not_found"):
            # Only a person mends these: they belong into the log as well.
            self.log.event(
                "vendor.refuses_us", exchange.call, destination=attempt.candidate.destination.name,
                error=error.kind, status=error.status, vendor=attempt.candidate.destination.vendor,
            )  # fmt: skip
        self._promised(exchange, attempt, ended)

    def _promised(self, exchange: Exchange, attempt: Attempt, ended: float) -> None:
        """What an attempt says of its contract; nothing where a drill made it up."""
        contract = attempt.candidate.destination.contract
        if contract is None or attempt.drill:
            return
        first = attempt.first_content - attempt.started if attempt.first_content else None
        took = Took(first, ended - attempt.started, exchange.streamed)
        self.contracts.ended(contract, attempt.error, attempt.fault, took)

    def spent(self, exchange: Exchange, attempt: Attempt, tariff: Tariff) -> None:
        """What an attempt cost. tariff: by which it is priced."""
        call_figures.spent(self.metrics, exchange, attempt, tariff)

    def call(self, exchange: Exchange, total: float, overhead: float, trace: str = "") -> None:
        """A call is over. trace: where one is kept of it."""
        self.top.call(exchange, total, exchange.arrived + total)
        call_figures.call(self.metrics, exchange, total, overhead, trace)

    def said(self, exchange: Exchange, status: int, total: float, overhead: float) -> None:
        """The line of a call that is over."""
        well, bad = exchange.outcome in ("served", "left"), exchange.outcome in ("failed", "cut")
        line = call_figures.line(exchange, status, total, overhead)
        self.log.call(exchange.call, well=well, level="warning" if bad else "info", **line)

    def traced(self, kept: str) -> None:
        """A call's trace is kept, and why."""
        self.metrics.inc("ecluse_traces_total", (kept,))

    def traces_failing(self, reason: str) -> None:
        """No traces get to the collector, or ("") they do again."""
        event = "traces.failing" if reason else "traces.sent_again"
        self.log.event(event, reason=reason or None)

    def trace_broken(self, exchange: Exchange, bug: Exception) -> None:
        """A trace couldn't be made, on a mistake of ours."""
        self.log.fault(bug, exchange.call)

    def drilled(self, destination: str, ended: float) -> None:
        """When a destination was drilled last; Unix time, 0 for never."""
        self.metrics.set("ecluse_drill_last_timestamp_seconds", (destination,), ended)

    def loop_lag(self, seconds: float) -> None:
        """How late a timer ran."""
        self.metrics.observe("ecluse_loop_lag_seconds", (), max(seconds, 0.0))

    def bug(self, exchange: Exchange, bug: Exception) -> None:
        """A call failed on a mistake of ours: kind and place go to the log, never the words of the exception."""
        self.log.fault(bug, exchange.call)
