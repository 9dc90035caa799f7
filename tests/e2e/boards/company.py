"""A small company in front of three vendors: its configuration, its bundle and its keys."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from gateway.bundle.bundle import STARTER
from gateway.cli.control import ask

CONFIG = """\
server: {{data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock, workers: 2, hung_seconds: 5,
  tls: {{certificate: tls/tls.pem, key: tls/tls.key}}}}
organisation: acme
reserve_output: 64
limits: {{drain_seconds: 2}}
tracing: {{endpoint: "{collector}", ratio: 0.1}}
capacity: {{queue_length: 6, queue_seconds: {{high: 5, normal: 3, low: 2}}}}
health: {{outlier_calls: 8, window_seconds: 10, outlier_seconds: 5}}
simulator: {{enabled: true, names: [spare]}}
directory: {{teams: [development, finance, support, hr, legal, drill], groups: [staff]}}
shared: {shared}
drills: {{enabled: true, rate: 5, recover_seconds: 10}}
files: {{workers: 1}}
vendors:
  alpha: {{kind: simulator, base_url: "{vendors}/alpha", first_byte_seconds: 5}}
  beta: {{kind: simulator, base_url: "{vendors}/beta", first_byte_seconds: 5}}
  internal: {{kind: simulator, base_url: "{vendors}/internal"}}
destinations:
  alpha/gpt-4o: {{vendor: alpha, model: gpt-4o, contract: alpha-us}}
  alpha/gpt-4o-mini: {{vendor: alpha, model: gpt-4o-mini, contract: alpha-us}}
  alpha/claude: {{vendor: alpha, model: claude-sonnet-5, contract: alpha-us}}
  beta/gpt-4o: {{vendor: beta, model: gpt-4o, contract: beta-eu}}
  beta/gpt-4o-mini: {{vendor: beta, model: gpt-4o-mini, contract: beta-eu}}
  internal/maison: {{vendor: internal, model: maison, contract: internal, most_in_flight: 2}}
models:
  gpt-4o: {{destinations: [alpha/gpt-4o, beta/gpt-4o], route: promised}}
  gpt-4o-mini: {{destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini], route: tried}}
  claude-sonnet-5: {{destinations: [alpha/claude]}}
  maison: {{destinations: [internal/maison]}}
routes:
  promised:
    objectives: {{availability: 99, first_token_seconds: 2, first_token_percent: 95, window_seconds: 60, least: 10}}
  tried:
    splits: [{{name: canary, to: ["beta/*"], percent: 30, by: conversation}}]
webhooks:
  operations: {{url: "{vendors}/nobody", secret: "${{SCENE_SECRET}}"}}
quotas:
  - {{scope: team, unit: tokens, window: day, limit: 5000000}}
  - {{scope: team, unit: cost, window: month, limit: 40, soft: 0.5}}
  - {{scope: team, match: legal, unit: requests, window: minute, limit: 12, soft: 0.5}}
  - {{scope: use_case, unit: concurrent, limit: 60}}
"""

BUNDLE = """\
kind: EgressPolicy
policy: company
owner: dpo@example.org
rules:
  - id: salaries-watched
    when:
      findings: {{any_of: [fin.salary]}}
      destination: {{external: true}}
    action: deny
    mode: shadow
    shadow_until: {soon}
  - id: accounts-answered
    when:
      findings: {{any_of: [contact.email]}}
      destination: {{external: true}}
    action: warn
    review_sample: {{per_day: 20, days: 14}}
exceptions:
  - id: EX-2026-07
    lifts: [treatment.C2.elsewhere]
    who: {{teams: [finance]}}
    reason: salary round, agreed with the DPO
    owner: dpo@example.org
    expires: {soon}
"""


DEARER = """\
prices:
  - {model: gpt-4o, input: 4, output: 16}
  - {model: gpt-4o-mini, input: 0.24, output: 0.96}
"""


def founded(folder: Path, vendors: str, collector: str, *, redis: bool) -> Path:
    """Writes the configuration and the bundle; the folder. vendors, collector: where the simulators and traces are."""
    folder.mkdir(parents=True, exist_ok=True)
    shared = '{store: redis, url: "${SCENE_REDIS}", lease_seconds: 2}' if redis else "{store: sqlite}"
    (folder / "config.yaml").write_text(CONFIG.format(vendors=vendors, collector=collector, shared=shared))
    bundle = folder / "bundle"
    shutil.copytree(STARTER, bundle)
    soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=40)).date()
    (bundle / "company.yaml").write_text(BUNDLE.format(soon=soon))
    contracts = bundle / "contracts.yaml"
    text = contracts.read_text()
    # A second vendor that costs more: going on there has its price.
    text = text.replace("vendor: beta\n", f"vendor: beta\n{DEARER}")
    for days, vendor in ((75, "alpha"), (300, "beta")):
        ends = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).date()
        text = text.replace(f"vendor: {vendor}\n", f"vendor: {vendor}\nexpires: {ends}\n")
    contracts.write_text(text)
    defaults = bundle / "defaults.yaml"
    allowed = "review_samples: {allow: true, owner: dpo@example.org, basis: register T-014}\n"
    defaults.write_text(defaults.read_text() + allowed)
    return folder


STAFF = {
    "development": "software-engineering",
    "finance": "office-assistant",
    "support": "customer-support",
    "hr": "hr-letters",
    "legal": "contract-review",
}
"""Teams, and what each uses models for."""


def keys(folder: Path) -> dict[str, str]:
    """A key for each team, from the running gateway."""
    made = {}
    for team, use_case in STAFF.items():
        grant = {"user": f"{team}-1", "team": team, "groups": ["staff"], "use_cases": [use_case], "models": ["*"]}
        made[team] = ask(folder / "config.yaml", "POST", "/keys", {**grant, "label": ""})["key"]
    return made
