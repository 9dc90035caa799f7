"""A configuration for measuring: one vendor, the starter bundle, everything on."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from gateway.bundle.bundle import STARTER
from gateway.config.load import load_settings
from gateway.config.settings import Settings
from gateway.identity.keyring import Keyring

CONFIG = """\
server: {{data: "127.0.0.1:{port}", metrics: "127.0.0.1:{metrics}"}}
organisation: bench
ledger: {{durability: {durability}}}
simulator: {{enabled: true, names: [alpha, beta, internal]}}
vendors:
  alpha: {{kind: simulator}}
  beta: {{kind: simulator}}
  internal: {{kind: simulator}}
  measured: {{kind: openai_compatible, base_url: "{vendor}", connections: 4096}}
destinations:
  alpha/gpt-4o: {{vendor: alpha, model: gpt-4o, contract: alpha-us}}
  beta/gpt-4o: {{vendor: beta, model: gpt-4o, contract: beta-eu}}
  internal/maison: {{vendor: internal, model: maison, contract: internal}}
  measured/gpt-4o-mini: {{vendor: measured, model: gpt-4o-mini, contract: measured}}
models:
  gpt-4o-mini: {{destinations: [measured/gpt-4o-mini]}}
  gpt-4o: {{destinations: [alpha/gpt-4o, beta/gpt-4o]}}
  maison: {{destinations: [internal/maison]}}
quotas:
  - {{scope: user, unit: requests, window: minute, limit: 100000000}}
  - {{scope: team, unit: tokens, window: day, limit: 1000000000000}}
  - {{scope: use_case, unit: concurrent, limit: 100000}}
"""

CONTRACT = """\
kind: Contract
id: measured
vendor: measured
trust: external
region: us
processor: The measured vendor
retention_days: 30
training: false
allowed_hosts: [127.0.0.1]
"""


def install(folder: Path, *, vendor: str, port: int, durability: str = "fsync", metrics: int = 19464) -> Settings:
    """Writes `config.yaml`, the bundle and a keyring into `folder`; returns the settings."""
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(vendor=vendor, port=port, metrics=metrics, durability=durability))
    copytree(STARTER, folder / "bundle")
    (folder / "bundle" / "measured.yaml").write_text(CONTRACT)
    settings = load_settings(config)
    Keyring.create(settings.keyring.dir)
    return settings
