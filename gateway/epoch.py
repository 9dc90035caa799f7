"""What is in force from one load of configuration and bundle to the next, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from adapters.registry import VENDORS
from adapters.translate.registry import by_preference
from adapters.transport import Endpoint
from gateway.bridge.reach import through_bridge
from gateway.routing.routes import build_routes

if TYPE_CHECKING:
    from adapters.clouds.identity import Identity
    from adapters.vendors.base import Envelope, Vendor
    from gateway.bundle.destinations import Destination
    from gateway.bundle.pair import Pair
    from gateway.config.destinations import VendorSettings
    from gateway.config.secret import Secret
    from gateway.config.settings import Settings
    from gateway.routing.routes import Route


class Upstream(NamedTuple):
    """One vendor of the configuration, ready to be asked. credentials: in their order, none where it needs none.

    first_token_seconds, least_bytes: limits of an answer that is waited for (gateway.patience). dialects: those that it
    is asked in, most preferred first. envelopes: the vendor's own form of some dialects. identities: of a vendor in a
    cloud, one for each credential or one of its own.
    """

    vendor: Vendor
    endpoint: Endpoint
    credentials: tuple[Secret, ...]
    on_abort: str
    first_token_seconds: float
    least_bytes: int
    dialects: tuple[str, ...]
    envelopes: Mapping[str, Envelope] = {}
    identities: tuple[Identity | None, ...] = ()
    serves: Callable[[str, str], bool] | None = None

    def spoken(self, model: str) -> tuple[str, ...]:
        """The dialects that one of its models is asked in."""
        serves = self.serves
        return self.dialects if serves is None else tuple(one for one in self.dialects if serves(model, one))

    def headers(self, credential: int = 0) -> list[tuple[str, str]]:
        """The vendor's own headers and one of our credentials there."""
        if self.identities and self.identities[credential] is not None:
            return self.vendor.fixed_headers()  # what identifies us comes last (gateway.signing)
        secret = self.credentials[credential].reveal() if self.credentials else ""
        return self.vendor.fixed_headers() + self.vendor.credential_headers(secret)


class Epoch(NamedTuple):
    """A call keeps the epoch that it began in. routes: of each public model."""

    pair: Pair
    upstreams: Mapping[str, Upstream]
    routes: Mapping[str, Route]

    @classmethod
    def of(cls, pair: Pair) -> Epoch:
        """Everything that a new pair needs around it. Raises OptionError for an option that a vendor kind refuses."""
        return cls(pair, upstreams(pair.settings, pair.destinations), build_routes(pair.settings))

    def credentials(self) -> dict[str, int]:
        """How many credentials each destination has, at least one."""
        return {d.name: max(len(self.upstream(d).credentials), 1) for d in self.pair.destinations.values()}

    def upstream(self, destination: Destination) -> Upstream:
        """Where calls to `destination` go."""
        return self.upstreams[destination.vendor]


def identities(vendor: VendorSettings) -> tuple[Identity | None, ...]:
    """Who the gateway is at a vendor in a cloud; empty where a vendor wants nothing but a key."""
    cloud = VENDORS[vendor.kind].cloud
    if cloud is None:
        return ()
    return tuple(cloud.build(vendor.options, s.reveal if s else None) for s in vendor.every_credential or (None,))


def upstreams(settings: Settings, destinations: Mapping[str, Destination]) -> dict[str, Upstream]:
    """Every vendor that a destination names."""
    urls = {destination.vendor: destination.base_url for destination in destinations.values()}
    return {
        name: Upstream(
            *through_bridge(
                VENDORS[vendor.kind](vendor.options), _endpoint(vendor, urls[name]), settings.bridge_socket
            ),
            vendor.every_credential,
            vendor.on_abort,
            vendor.first_token_seconds,
            vendor.least_bytes,
            vendor.dialects or by_preference(VENDORS[vendor.kind].dialects),
            VENDORS[vendor.kind].envelopes,
            identities(vendor),
            VENDORS[vendor.kind].serves,
        )
        for name, vendor in settings.vendors.items()
        if name in urls
    }


def _endpoint(vendor: VendorSettings, url: str) -> Endpoint:
    return Endpoint(
        base_url=url,
        ca_bundle=str(vendor.ca_bundle) if vendor.ca_bundle else None,
        egress_proxy=vendor.egress_proxy,
        connect_seconds=vendor.connect_seconds,
        first_byte_seconds=vendor.first_byte_seconds,
        idle_seconds=vendor.idle_seconds,
        total_seconds=vendor.total_seconds,
        connections=vendor.connections,
    )
