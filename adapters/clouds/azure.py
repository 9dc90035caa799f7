"""Who the gateway is at Azure: Entra ID by its default chain, from the environment to managed identities."""

from __future__ import annotations

from adapters.clouds.keeper import Fetched, Keeper

MODULE = "azure.identity"


def tokens(scope: str) -> Keeper[str]:
    """Access tokens for a scope such as https://cognitiveservices.azure.com/.default."""

    def fetch() -> Fetched[str]:
        from azure.identity import DefaultAzureCredential

        with DefaultAzureCredential() as credential:
            token = credential.get_token(scope)
        return Fetched(token.token, float(token.expires_on))

    return Keeper(fetch)
