"""Configuration and bundle built as one, refused as one, and the last good pair."""

from datetime import date
from pathlib import Path

import pytest

from gateway.bundle.destinations import utc_today
from gateway.bundle.last_good import first_pair, keep, start_pair
from gateway.bundle.last_good import loud as loudly
from gateway.bundle.pair import load_pair
from gateway.config.secret import SecretMissing
from gateway.config.starting import starting_settings
from gateway.documents import DocumentsRefused
from gateway.identity import KeyGrant, Keyring
from gateway.workers.station import Station

CONFIG = """\
organisation: acme
simulator: {enabled: true, names: [alpha]}
directory: {teams: [finance], groups: [hr]}
vendors:
  alpha: {kind: simulator}
  openai: {kind: openai, credential: "${KEY}"}
  other: {kind: openai, credential: "${KEY}"}
destinations:
  alpha/gpt-4o: {vendor: alpha, model: gpt-4o, contract: alpha-us}
  openai/gpt-4o: {vendor: openai, model: gpt-4o, contract: openai-us}
models:
  gpt-4o: {destinations: [alpha/gpt-4o, openai/gpt-4o], aliases: [gpt-4o-2024-11-20]}
  gpt-4o-mini: {destinations: [alpha/gpt-4o]}
"""
CONTRACTS = """\
kind: Contract
id: alpha-us
vendor: alpha
trust: external
region: us
processor: Alpha Inc.
retention_days: 30
training: false
allowed_hosts: [127.0.0.1]
---
kind: Contract
id: openai-us
vendor: openai
trust: external
region: us
processor: OpenAI Inc.
retention_days: 30
training: false
allowed_hosts: [eu.api.openai.com]
"""
POLICIES = """\
kind: Defaults
when_no_rule_matches: {internal: allow, external: allow, unknown: deny}
---
kind: EgressPolicy
policy: finance
owner: rssi@example.org
rules:
  - id: iban-redacted
    when: {findings: {any_of: [fin.iban]}, destination: {external: true}}
    action: redact
"""
ENVIRON = {"KEY": "sk-canary"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "bundle" / "contracts.yaml").write_text(CONTRACTS)
    (tmp_path / "bundle" / "policies.yaml").write_text(POLICIES)
    Keyring.create(tmp_path / "keyring")
    return tmp_path


def pair(home: Path, **more):
    return load_pair(home / "config.yaml", environ=ENVIRON, **more)


def refused(home: Path) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        pair(home)
    return str(caught.value)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_pair_offers_models_by_name_and_alias(home: Path):
    found = pair(home)
    model = found.model("gpt-4o-2024-11-20")
    assert model is found.model("gpt-4o") and [d.name for d in model.destinations] == ["alpha/gpt-4o", "openai/gpt-4o"]
    assert found.model("nope") is None and found.model_names == ("gpt-4o", "gpt-4o-mini")
    assert found.nearest("gpt4o") == "gpt-4o"
    assert found.nearest("gpt-4o", lambda name: name == "gpt-4o-mini") == "gpt-4o-mini"
    assert found.nearest("x" * 10_000) is None


@pytest.mark.parametrize("more", [{"serving": True}, {"sends": True}], ids=str)
def test_what_calls_vendors_is_refused_without_their_keys(home: Path, more):
    with pytest.raises(DocumentsRefused, match="the environment variable KEY is not set"):
        load_pair(home / "config.yaml", environ={}, **more)
    (credential,) = load_pair(home / "config.yaml", environ={}).settings.vendors["openai"].every_credential
    with pytest.raises(SecretMissing, match="KEY"):
        credential.reveal()


def test_destinations_are_routable_under_their_contract_only(home: Path):
    found = pair(home, simulators={"alpha": "http://127.0.0.1:4711/alpha"})
    alpha, openai = found.destinations["alpha/gpt-4o"], found.destinations["openai/gpt-4o"]
    assert alpha.routable and alpha.base_url == "http://127.0.0.1:4711/alpha" == found.urls["alpha"]
    assert not openai.routable
    assert any("openai/gpt-4o is not routable" in note for note in found.notes)
    assert any("2 vendors share the credential ${KEY}" in note for note in found.notes)
    assert "canary" not in repr(found)


def test_the_revision_names_every_file(home: Path):
    before = pair(home)
    assert pair(home).revision == before.revision
    edit(home / "bundle" / "policies.yaml", "iban-redacted", "iban-blurred")
    after = pair(home)
    assert after.revision != before.revision and after.bundle.revision != before.bundle.revision
    edit(home / "config.yaml", "acme", "acme2")
    assert pair(home).revision != after.revision and pair(home).bundle.revision == after.bundle.revision


def test_a_reload_keeps_the_memory_where_detection_did_not_change(home: Path):
    before = pair(home)
    edit(home / "bundle" / "policies.yaml", "iban-redacted", "iban-blurred")
    assert pair(home, previous=before).classifier is before.classifier
    (home / "bundle" / "own.yaml").write_text(
        "kind: Detector\nid: org.helios\nkeywords: {any: [Projet Helios]}\n"
        "examples: {hit: [le projet helios], miss: [un]}\n"
    )
    assert pair(home, previous=before).classifier is not before.classifier


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "config.yaml",
            "contract: alpha-us",
            "contract: alpha-eu",
            "config.yaml:9:48: there is no contract alpha-eu in",
        ),
        (
            "config.yaml",
            "contract: openai-us",
            "contract: alpha-us",
            "contract alpha-us is made with alpha, not with openai",
        ),
        (
            "bundle/policies.yaml",
            "fin.iban",
            "fin.ibam",
            "bundle/policies.yaml:9:32: fin.ibam is none of the detectors",
        ),
        ("bundle/policies.yaml", "kind: Defaults", "kind: Default", "policies.yaml:1:1: there is no kind Default"),
        ("bundle/contracts.yaml", "region: us\n", "", "region is required"),
    ],
)
def test_faults_are_named_at_their_place(home: Path, file, old, new, message):
    edit(home / file, old, new)
    assert message in refused(home)


def test_a_policy_may_name_existing_teams_and_groups_only(home: Path):
    edit(home / "bundle" / "policies.yaml", "rules:", "applies_to: {teams: [finnance]}\nrules:")
    assert "did you mean finance?" in refused(home)


def test_a_reload_that_takes_a_used_name_out_names_both_places(home: Path):
    edit(home / "bundle" / "policies.yaml", "rules:", "applies_to: {teams: [finance]}\nrules:")
    before = pair(home)
    edit(home / "config.yaml", "teams: [finance]", "teams: [legal]")
    with pytest.raises(DocumentsRefused) as caught:
        pair(home, previous=before)
    bundle, config = map(str, caught.value.problems)
    assert bundle.startswith(f"{home}/bundle/policies.yaml:7:") and "finance" in bundle
    assert config.startswith(f"{home}/config.yaml:3:13: finance was taken out of directory.teams, and {home}/bundle/")


def test_a_rule_about_a_detector_that_is_off_names_both_places(home: Path):
    before = pair(home)
    (home / "bundle" / "detection.yaml").write_text("kind: Detection\noff: [fin.card, fin.iban]\n")
    with pytest.raises(DocumentsRefused) as caught:
        pair(home)
    rule, switch = map(str, caught.value.problems)
    bundle = f"{home}/bundle"
    assert rule == f"{bundle}/policies.yaml:9:32: detector fin.iban is switched off at {bundle}/detection.yaml:2"
    named = f"detector fin.iban is switched off, and {bundle}/policies.yaml:9 names it"
    assert switch == f"{bundle}/detection.yaml:2:17: {named}"
    edit(home / "bundle" / "detection.yaml", ", fin.iban", "")
    after = pair(home, previous=before)
    assert after.engine.revision != before.engine.revision and after.classifier is not before.classifier


def test_a_credential_over_plain_http_is_noted(home: Path):
    edit(home / "config.yaml", "kind: openai, credential", "kind: openai, base_url: 'http://10.0.0.1/v1', credential")
    assert any("over plain http" in note for note in pair(home).notes)


def test_a_vendor_that_is_asked_without_a_key_is_noted(home: Path):
    said = "has no credential: it is asked without a key"
    assert not any(said in note for note in pair(home).notes)
    edit(home / "config.yaml", "vendors:\n", "vendors:\n  groq: {kind: groq}\n  mine: {kind: ollama}\n")
    assert [note for note in pair(home).notes if said in note] == [f"vendor groq {said}"]


def test_a_key_may_name_what_exists_only(home: Path):
    found = pair(home)
    assert found.unknown_in(KeyGrant(user="u", team="finance", groups=("hr",), use_cases=("sandbox",))) is None
    assert found.unknown_in(KeyGrant(user="u", team="finanse")) == "there is no team finanse (did you mean finance?)"
    assert found.unknown_in(KeyGrant(user="u", team="finance", use_cases=("x",))) == "there is no use case x"
    assert (
        found.unknown_in(KeyGrant(user="u", team="finance", groups=("HR2",)))
        == "there is no group HR2 (did you mean hr?)"
    )


def test_serving_needs_the_keyring(home: Path):
    assert pair(home, serving=True).keyring is not None
    (home / "keyring" / "pepper-v1.key").unlink()
    with pytest.raises(DocumentsRefused, match="has no pepper key"):
        pair(home, serving=True)
    assert pair(home).keyring is None


def start(home: Path):
    found, why = start_pair(home / "config.yaml", environ=ENVIRON)
    return found, "" if why is None else loudly(found, why)


def test_a_good_start_is_quiet(home: Path):
    found, loud = start(home)
    assert loud == "" and found.keyring is not None


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("config.yaml", "organisation", "organization"),
        ("config.yaml", "vendors:", "vendors: ["),
        ("bundle/policies.yaml", "fin.iban", "fin.ibam"),
    ],
)
def test_a_bad_start_serves_the_last_good_pair_loudly(home: Path, file, old, new):
    good, _ = start(home)
    keep(good)
    edit(home / file, old, new)
    found, loud = start(home)
    assert found.revision == good.revision and found.settings.state_dir == good.settings.state_dir
    assert "NOT IN FORCE" in loud and good.revision in loud and Path(file).name in loud
    with pytest.raises(DocumentsRefused):
        pair(home)


def test_the_state_folder_is_found_where_a_bad_configuration_names_it(home: Path):
    edit(home / "config.yaml", "organisation: acme", "organisation: acme\nstate_dir: elsewhere")
    good, _ = start(home)
    keep(good)
    assert (home / "elsewhere" / "last-good" / "config.yaml").is_file()
    edit(home / "config.yaml", "organisation: acme", "organization: acme")
    assert start(home)[0].revision == good.revision


def test_without_a_last_good_pair_a_bad_start_is_refused(home: Path):
    edit(home / "bundle" / "policies.yaml", "fin.iban", "fin.ibam")
    with pytest.raises(DocumentsRefused, match="fin"):
        start(home)


def begin(home: Path, **station):
    return first_pair(home / "config.yaml", Station(**station), {}, utc_today)[0]


def test_a_worker_that_takes_anothers_place_serves_what_its_siblings_serve(home: Path, monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    keep(good := start(home)[0])
    (home / "bundle" / "extra.yaml").write_text("kind: UseCase\nid: a\ntitle: a\nowner: a\nstatus: pilot\n")
    assert begin(home, in_force=good.revision).revision == good.revision
    assert begin(home).revision == begin(home, in_force="neither").revision != good.revision


def test_a_worker_of_a_rolling_restart_takes_the_present_files_or_none(home: Path, monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    keep(start(home)[0])
    assert begin(home, strict=True).revision == start(home)[0].revision
    edit(home / "config.yaml", "organisation", "organization")
    assert begin(home).revision == start(home)[0].revision
    with pytest.raises(DocumentsRefused):
        begin(home, strict=True)


def test_a_start_goes_by_the_last_good_settings_where_the_present_ones_are_bad(home: Path, monkeypatch):
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    keep(start(home)[0])
    edit(home / "config.yaml", "organisation: acme", "organization: acme")
    found = starting_settings(home / "config.yaml")
    assert found is not None and found.organisation == "acme"
    assert starting_settings(home / "elsewhere" / "config.yaml") is None


def test_the_copy_is_replaced_as_a_whole(home: Path):
    (home / "bundle" / "extra.yaml").write_text("kind: UseCase\nid: a\ntitle: a\nowner: a\nstatus: pilot\n")
    keep(start(home)[0])
    (home / "bundle" / "extra.yaml").unlink()
    keep(start(home)[0])
    kept = home / "state" / "last-good"
    assert sorted(p.name for p in (kept / "bundle").iterdir()) == ["contracts.yaml", "policies.yaml"]
    assert [p.name for p in kept.parent.iterdir()] == ["last-good"]


def test_an_expired_contract_does_not_make_a_pair_bad(home: Path):
    edit(
        home / "bundle" / "contracts.yaml",
        "allowed_hosts: [127.0.0.1]",
        "allowed_hosts: [127.0.0.1]\nexpires: 2026-01-31",
    )
    found = pair(home, today=lambda: date(2026, 6, 1))
    assert not found.destinations["alpha/gpt-4o"].known
    assert any("which is past" in note for note in found.notes)


@pytest.mark.parametrize(
    ("quota", "says"),
    [
        ("scope: team, match: finanse", "there is no team finanse (did you mean finance?)"),
        ("scope: use_case, match: sandbx", "there is no use case sandbx (did you mean sandbox?)"),
        ("scope: model, match: gpt-4", "there is no model gpt-4 (did you mean gpt-4o?)"),
        ("scope: contract, match: nobody", "there is no contract nobody"),
    ],
)
def test_a_quota_of_nobody_is_refused_with_the_nearest_name(home: Path, quota: str, says: str):
    config = home / "config.yaml"
    config.write_text(f"{config.read_text()}quotas:\n  - {{{quota}, unit: requests, limit: 5}}\n")
    assert says in refused(home)


def test_a_quota_may_name_what_no_file_knows_and_patterns(home: Path):
    config = home / "config.yaml"
    lines = "".join(
        f"  - {{scope: {scope}, match: {name!r}, unit: requests, limit: 5}}\n"
        for scope, name in (("user", "anne"), ("key", "k1"), ("team", "finans*"), ("use_case", "sandbox"))
    )
    config.write_text(f"{config.read_text()}quotas:\n{lines}")
    assert len(pair(home).settings.quotas) == 4
