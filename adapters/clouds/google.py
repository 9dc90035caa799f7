"""Who the gateway is at Google Cloud: application default credentials, or a service account's key by reference."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import orjson

from adapters.clouds.identity import Reveal
from adapters.clouds.keeper import Fetched, Keeper

MODULE = "google.auth"

_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


def tokens(key: Reveal | None = None) -> Keeper[str]:
    """Access tokens. key: reveals a service account's key (JSON in one line); without one by the standard chain:
    GOOGLE_APPLICATION_CREDENTIALS (keys, workload identity federation), gcloud's login, the metadata server."""

    def fetch() -> Fetched[str]:
        from google.auth.transport.requests import Request

        credentials = _default() if key is None else _service_account(key())
        credentials.refresh(Request())
        return Fetched(str(credentials.token), credentials.expiry.replace(tzinfo=UTC).timestamp())

    return Keeper(fetch)


def _default() -> Any:
    import google.auth

    credentials, _ = google.auth.default(scopes=_SCOPES)
    return credentials


def _service_account(text: str) -> Any:
    from google.oauth2 import service_account

    kind: Any = service_account.Credentials
    return kind.from_service_account_info(orjson.loads(text), scopes=_SCOPES)
