"""The one pooled HTTP client: every byte to a vendor and back goes through here.

One pool for each endpoint. Nothing comes from the environment, and nothing is followed, decoded or kept between calls:
no proxies of the environment, no redirects, no cookies, no compression.

Four time limits: connect (waiting for a slot included), first byte (from connected to the headers), idle (between two
chunks), total (the whole attempt). Every end that is not clean drops the connection at once.
"""

from adapters.transport.answer import Answer
from adapters.transport.connecting import peer_user
from adapters.transport.endpoint import Endpoint, joined
from adapters.transport.transport import KEPT_ALIVE, Transport

__all__ = ["KEPT_ALIVE", "Answer", "Endpoint", "Transport", "joined", "peer_user"]
