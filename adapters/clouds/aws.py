"""Who the gateway is at AWS, by AWS's standard chain: environment, profile, web identity, container, instance."""

from __future__ import annotations

import time
from datetime import datetime

from adapters.clouds.keeper import Fetched, Keeper
from adapters.clouds.sigv4 import Keys

MODULE = "botocore"

_STAYING = 600.0  # seconds after which files and environment are looked at again


def chain(profile: str = "") -> Keeper[Keys]:
    """Keys as the chain finds them. profile: of the AWS configuration files, "" for the usual one."""

    def fetch() -> Fetched[Keys]:
        # Only here: a process without such a vendor never loads it, and the event loop never waits for it.
        from botocore.session import Session

        # A new one each time, so that files which somebody changed are read again.
        found = Session(profile=profile or None).get_credentials()
        if found is None:
            raise LookupError
        frozen = found.get_frozen_credentials()
        ends = getattr(found, "_expiry_time", None)
        until = ends.timestamp() if isinstance(ends, datetime) else time.time() + _STAYING
        return Fetched(Keys(frozen.access_key, frozen.secret_key, frozen.token or ""), until)

    return Keeper(fetch)
