"""Whether the review samples that rules ask for are kept."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.identity import Keyring
from policies.decide import Policies


def unsampled(policies: Policies, keyring: Keyring | None) -> Iterator[str]:
    """What `check` says of rules whose samples aren't kept. keyring: None where it isn't known."""
    asking = [rule.id for rule in policies.rules if rule.review_sample is not None]
    if asking and not policies.samples_allowed:
        yield f"review samples of {', '.join(asking)} are off: no Defaults document allows review_samples"
    elif asking and keyring is not None and keyring.samples is None:
        yield "review samples are off: the keyring has no samples key (ecluse init --complete KEYRING adds it)"
