"""What sends traces, as the settings say. Loaded by who has a collector: OpenTelemetry's messages take their time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from observability.tracing.conventions import conventions
from observability.tracing.exporter import Exporter
from observability.tracing.sending import HttpSender, Sender
from observability.tracing.spans import Encoder

if TYPE_CHECKING:
    from gateway.config.tracing import TracingSettings


def exporter_of(settings: TracingSettings, instance: str, told: Callable[[str], None]) -> Exporter:
    """A running exporter; `settings` have an endpoint. instance: which process this is. told: as Exporter has it.

    Raises OSError for a CA bundle that can't be read.
    """
    own = {"service.name": "ecluse", "service.version": version("ecluse"), "service.instance.id": instance}
    encoder = Encoder(conventions(settings.conventions), {**own, **settings.resource}, version("ecluse"))
    return Exporter(
        _sender(settings), encoder, most_waiting=settings.waiting, gather=settings.gather_seconds, told=told
    )


def _sender(settings: TracingSettings) -> Sender:
    assert settings.endpoint is not None
    ca_bundle = str(settings.ca_bundle) if settings.ca_bundle else None

    plain = {name.lower(): value for name, value in settings.headers.items()}

    def headers() -> Mapping[str, str]:
        secret = settings.credential
        return plain if secret is None else {**plain, settings.credential_header.lower(): secret.reveal()}

    if settings.protocol == "http":
        return HttpSender(settings.endpoint, headers, settings.timeout_seconds, ca_bundle)
    from observability.tracing.sending_grpc import GrpcSender  # takes 25 MiB

    return GrpcSender(settings.endpoint, headers, settings.timeout_seconds, ca_bundle)
