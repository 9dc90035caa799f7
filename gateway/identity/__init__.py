"""Who calls, proven by a key; and the installation's own keys."""

from gateway.identity.callers import SANDBOX, Caller
from gateway.identity.keyring import Keyring, KeyringRefused
from gateway.identity.keys import KeyGrant, KeyRecord, KeyStore, KeyStoreRefused, new_key, well_formed

__all__ = [
    "SANDBOX",
    "Caller",
    "KeyGrant",
    "KeyRecord",
    "KeyStore",
    "KeyStoreRefused",
    "Keyring",
    "KeyringRefused",
    "new_key",
    "well_formed",
]
