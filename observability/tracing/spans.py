"""From the facts of calls to OTLP: a server span for each call and a client span for each of its attempts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from observability.tracing.conventions import AS_THEY_ARE

if TYPE_CHECKING:
    from observability.tracing.conventions import Conventions
    from observability.tracing.facts import TracedAttempt, TracedCall

Value = str | bool | int | float | tuple[str, ...] | None
"""What an attribute may be; None and "" are left out."""

_FAILED = Status(code=Status.STATUS_CODE_ERROR)


class Encoder:
    """Makes what is sent. resource: who sends it, by attribute (`service.name` and the like)."""

    def __init__(self, names: Conventions, resource: Mapping[str, str], version: str) -> None:
        self._names = names
        self._resource = Resource(attributes=list(_attributes(resource.items())))
        self._scope = InstrumentationScope(name="ecluse", version=version)

    def encode(self, calls: Iterable[TracedCall]) -> bytes:
        """One request to a collector with all spans of these calls."""
        spans = [span for call in calls for span in self._spans(call)]
        scoped = ScopeSpans(scope=self._scope, spans=spans, schema_url=self._names.schema_url)
        told = ResourceSpans(resource=self._resource, scope_spans=[scoped])
        body: bytes = ExportTraceServiceRequest(resource_spans=[told]).SerializeToString()
        return body

    def _spans(self, call: TracedCall) -> Iterator[Span]:
        trace, server = bytes.fromhex(call.trace), os.urandom(8)
        failed = call.outcome in ("failed", "cut") or call.status >= 500
        yield Span(
            trace_id=trace,
            span_id=server,
            parent_span_id=bytes.fromhex(call.parent),
            name=f"{call.method} {call.route}",
            kind=Span.SPAN_KIND_SERVER,
            start_time_unix_nano=call.started,
            end_time_unix_nano=call.ended,
            attributes=list(_attributes(_of_call(call))),
            status=_FAILED if failed else None,
        )
        for attempt in call.attempts:
            operation = self._names.operation(attempt.operation, attempt.dialect)
            yield Span(
                trace_id=trace,
                span_id=os.urandom(8),
                parent_span_id=server,
                name=f"{operation} {attempt.model}",
                kind=Span.SPAN_KIND_CLIENT,
                start_time_unix_nano=attempt.started,
                end_time_unix_nano=attempt.ended,
                attributes=list(_attributes(self._of_attempt(call, attempt, operation))),
                status=_FAILED if attempt.error else None,
            )

    def _of_attempt(self, call: TracedCall, attempt: TracedAttempt, operation: str) -> Iterator[tuple[str, Value]]:
        facts: dict[str, Value] = {
            "operation": operation,
            "provider": self._names.provider(attempt.kind),
            **{fact: getattr(attempt, fact) for fact in AS_THEY_ARE},
        }
        for fact, name in self._names.attributes.items():
            yield name, facts[fact]
        yield "server.address", attempt.address
        yield "server.port", attempt.port
        yield "http.response.status_code", attempt.status
        yield "error.type", attempt.error
        yield "ecluse.call.id", call.call
        yield "ecluse.attempt", attempt.number
        yield "ecluse.destination", attempt.destination
        yield "ecluse.vendor", attempt.vendor
        yield "ecluse.contract", attempt.contract
        yield "ecluse.fault", attempt.fault
        yield "ecluse.verdict", attempt.verdict
        yield "ecluse.rules", attempt.rules
        yield "ecluse.pseudonyms", attempt.pseudonyms
        yield "ecluse.translated", attempt.translated
        yield "ecluse.drill", attempt.drill
        yield "ecluse.cost", attempt.cost
        yield "ecluse.currency", attempt.currency


def _of_call(call: TracedCall) -> Iterator[tuple[str, Value]]:
    yield "http.request.method", call.method
    yield "http.route", call.route
    yield "http.response.status_code", call.status or None
    yield "error.type", call.code if call.outcome != "served" else None
    yield "ecluse.call.id", call.call
    yield "ecluse.kept", call.kept
    yield "ecluse.outcome", call.outcome
    yield "ecluse.team", call.team
    yield "ecluse.use_case", call.use_case
    yield "ecluse.model", call.model
    yield "ecluse.dialect", call.dialect
    yield "ecluse.data_class", call.data_class
    yield "ecluse.rules", call.rules
    yield "ecluse.attempts", len(call.attempts)
    yield "ecluse.overhead_seconds", round(call.overhead, 6)
    yield "ecluse.queued_seconds", round(call.queued, 6)
    yield "ecluse.revision.config", call.config
    yield "ecluse.revision.policy", call.policy


def _attributes(pairs: Iterable[tuple[str, Value]]) -> Iterator[KeyValue]:
    for name, value in pairs:
        if value is not None and value != "" and value != ():
            yield KeyValue(key=name, value=_value(value))


def _value(value: Value) -> AnyValue:
    # A flag is a whole number to Python, so it comes first.
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=item) for item in value or ()]))
