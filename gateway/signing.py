"""Who the gateway is at a vendor in a cloud, put to a request in the last moment before it leaves.

The request's record is durable by then: its digest is of the body, which a signature doesn't change. No identity means
that this destination refuses us: the attempt fails as one whose key was refused, and the call goes on to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.clouds.identity import Sending
from adapters.transport import joined

if TYPE_CHECKING:
    from gateway.epoch import Epoch, Upstream
    from gateway.sent import Outgoing


def warm(epoch: Epoch) -> None:
    """Lets every identity of an epoch be fetched beside what goes on; to be called on the event loop."""
    for upstream in epoch.upstreams.values():
        for identity in upstream.identities:
            if identity is not None:
                identity.warm()


async def signed(upstream: Upstream, credential: int, outgoing: Outgoing) -> Outgoing:
    """The request with the headers that identify us; raises AuthFailed."""
    identity = upstream.identities[credential]
    if identity is None:
        return outgoing
    url = joined(upstream.endpoint.base_url, outgoing.path)
    added = await identity.headers(Sending(outgoing.method, url, outgoing.headers, outgoing.body))
    return outgoing._replace(headers=[*outgoing.headers, *added])
