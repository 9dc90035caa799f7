"""The configuration: typed settings from `config.yaml`, secrets by reference."""

from gateway.config.kinds import Address
from gateway.config.load import load_config, load_places, load_settings, read_settings, without_secrets
from gateway.config.secret import Secret, SecretMissing
from gateway.config.settings import SETTINGS, Settings

__all__ = [
    "SETTINGS",
    "Address",
    "Secret",
    "SecretMissing",
    "Settings",
    "load_config",
    "load_places",
    "load_settings",
    "read_settings",
    "without_secrets",
]
