import os
import pickle
from pathlib import Path

import pytest

from gateway.config import SETTINGS, Secret, load_settings, read_settings
from gateway.config.sharing import is_redis
from gateway.documents import DocumentsRefused, load_texts

ENVIRON = {"OPENAI_KEY": "sk-canary-1234567890"}


def settings(text: str, folder: Path = Path("/etc/ecluse")):
    return read_settings(load_texts({"config.yaml": text.encode()}), folder, ENVIRON)


def refused(text: str, folder: Path = Path("/etc/ecluse")) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        settings(text, folder)
    return str(caught.value)


def test_defaults_are_safe_and_relative_to_the_file():
    found = settings("organisation: acme")
    assert found.server.data == ("127.0.0.1", 8080) and found.server.data.loopback
    assert found.ledger.durability == "fsync" and found.ledger.on_failure == "closed"
    assert not found.simulator.enabled
    assert found.state_dir == Path("/etc/ecluse/state")
    assert found.keyring.dir == Path("/etc/ecluse/keyring")
    assert found.control_socket == Path("/etc/ecluse/state/control.sock")


def test_values_are_typed():
    found = settings(
        """
server: {data: "0.0.0.0:443", metrics: "[::1]:9464", trusted_proxies: [10.0.0.0/8], control: /run/ecluse.sock}
limits: {body_bytes: 512KiB, deadline_seconds: 2m, header_seconds: 0.5}
vendors:
  openai: {kind: openai, credential: "${OPENAI_KEY}", options: {organization: org-1}}
destinations: {openai/gpt-4o: {vendor: openai, model: gpt-4o, contract: openai-us}}
models: {gpt-4o: {destinations: [openai/gpt-4o], aliases: [gpt-4o-2024-11-20]}}
quotas: [{scope: user, unit: requests, limit: 60}]
"""
    )
    assert not found.server.data.loopback and found.server.metrics.loopback
    assert found.limits.body_bytes == 512 << 10 and found.limits.deadline_seconds == 120.0
    assert found.control_socket == Path("/run/ecluse.sock")
    vendor = found.vendors["openai"]
    assert vendor.name == "openai" and vendor.credential.reveal() == ENVIRON["OPENAI_KEY"]
    assert found.destinations["openai/gpt-4o"].contract == "openai-us"
    assert found.models["gpt-4o"].destinations == ("openai/gpt-4o",)
    assert (found.quotas[0].match, found.quotas[0].window) == ("*", "minute")


def test_null_means_the_default():
    assert settings("limits: {depth: null}\nvendors: null").limits.depth == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("organization: acme", "1:1: there is no setting organization here (did you mean organisation?)"),
        ("server: {lang: fr}", "1:10: there is no setting lang here (did you mean language?)"),
        ("server: 8080", "1:1: must be a mapping (key: value)"),
        (
            "{server: {workers: 2}, shared: {store: memory}}",
            "1:33: memory is one worker's: take sqlite or redis for several",
        ),
        ('shared: {store: redis, url: "${OPENAI_KEY}"}', "1:24: must be redis://, rediss:// or unix://"),
        ("drills: {enabled: true}", "1:1: there is no team drill"),
        (
            "drills: {schedule: {a: {destination: x/y, fault: refuse}}}",
            "1:25: there is no destination x/y",
        ),
        ("drills: {schedule: {a: {destination: x/y, fault: refuse, every: 1m}}}", "1:58: must be an hour at least"),
        (
            "drills: {most_seconds: 9, schedule: {a: {destination: x/y, fault: refuse}}}",
            "is longer than drills.most_seconds, 9 s",
        ),
        ("drills: {schedule: {a: {destination: x/y, fault: refus}}}", "(did you mean refuse?)"),
        ("shared: {store: redis}", "1:1: store: redis needs the URL of the store"),
        ("shared: {stale_seconds: 200ms}", "1:10: must be longer than poll_seconds"),
        ("server: {language: french}", "1:10: language must be one of: en, fr"),
        ("server: {data: 8080}", '1:10: data must be "host:port", for example "127.0.0.1:8080"'),
        ("server: {data: 'a:99999'}", '1:10: data must be "host:port", for example "127.0.0.1:8080"'),
        ("limits: {depth: true}", "1:10: depth must be a whole number from 4 to 256"),
        (
            "limits: {body_seconds: -1}",
            "1:10: body_seconds must be a positive time such as 30 (seconds), 250ms, 10m or 1h",
        ),
        ("limits: {body_bytes: 1MB}", "1:10: body_bytes must be a size such as 65536, 512KiB or 16MiB"),
        ("vendors: {a: {}}", "1:11: kind is required"),
        ("vendors: {a: {kind: opnai}}", "(did you mean openai?)"),
        ("vendors: {a b: {kind: openai}}", "1:11: a name has letters, digits"),
        ("vendors: {a: {kind: openai, base_url: 'ftp://x'}}", "base_url must be an http:// or https:// URL"),
        ("vendors: {a: {kind: openai, base_url: 'https://u:p@x'}}", "without user, password"),
        ("vendors: {a: {kind: openai, options: [1]}}", "options must be a mapping of words to words"),
        ("vendors: {a: {kind: simulator}}", "a simulator needs simulator.enabled: true"),
        (
            "simulator: {enabled: true, names: [alpha]}\nvendors: {alpah: {kind: simulator}}",
            "2:11: there is no simulator alpah (did you mean alpha?)",
        ),
        (
            "vendors: {openai: {kind: openai}}\ndestinations: {d: {vendor: opnai, model: m}}",
            "2:20: there is no vendor opnai (did you mean openai?)",
        ),
        (
            "vendors: {a: {kind: openai, options: {projct: x}}}",
            "1:39: projct: openai takes no option of this name (did you",
        ),
        ("vendors: {a: {kind: azure_openai}}", "1:11: base_url is required for kind azure_openai"),
        ("vendors: {a: {kind: bedrock}}", "1:11: options.region or base_url is required for kind bedrock"),
        ("models: {m: {destinations: [d]}}", "1:29: there is no destination d"),
        ("models: {m: {destinations: []}}", "destinations must be a list of name, at least 1"),
        (
            "vendors: {v: {kind: openai}}\ndestinations: {d: {vendor: v, model: m}}\n"
            "models: {m: {destinations: [d]}, n: {destinations: [d], aliases: [m]}}",
            "m is the name of another model too",
        ),
        ("quotas: [{scope: user, unit: requests}]", "config.yaml:1:10: limit is required"),
        ("quotas: {}", "1:1: must be a list"),
        ("keyring: {dir: state/keys}", "the keyring must lie outside state_dir"),
        ("server: {trusted_proxies: [10.0.0.1/8]}", "trusted_proxies must be a network such as 10.0.0.0/8"),
        ("tracing: {headers: {grpc-timeout: 1S}}", "1:21: grpc-timeout or its value can't stand"),
        ('tracing: {headers: {x-a: "1\\n2"}}', "1:21: x-a or its value can't stand"),
        (
            "tracing: {headers: {Authorization: Bearer 1}}",
            "1:21: Authorization is a secret: give it by reference, as credential",
        ),
        ("tracing: {headers: {x-honeycomb-api-key: a1}}", "x-honeycomb-api-key is a secret"),
        ("tracing: {credential_header: x-a, headers: {X-A: b1}}", "X-A is a secret"),
        ("tracing: {credential_header: a/b}", "1:11: a/b can't stand in a header"),
        ("tracing: {endpoint: 'ftp://a'}", "endpoint must be an http:// or https:// URL"),
        ("tracing: {conventions: 1.0.0}", "conventions must be one of: 1.36.0, 1.37.0, 1.41.1"),
        ("a: 1\n---\nb: 1", "must hold one document, and only one"),
    ],
)
def test_faults_are_named_at_their_place(text, message):
    assert message in refused(text)


def test_a_vendor_with_a_fault_of_its_own_is_not_called_missing():
    text = "vendors: {openai: {kind: nope}}\ndestinations: {d: {vendor: openai, model: m}}"
    assert "there is no vendor" not in refused(text)


def test_a_control_socket_too_long_for_the_kernel_is_refused(tmp_path):
    assert "longer than 107 bytes" in refused("organisation: acme", Path("/" + "x" * 120))


def test_every_problem_is_reported_at_once():
    assert len(refused("organization: a\nlimits: {depth: 1}\nreserve_output: no").splitlines()) == 3


def test_a_secret_is_a_reference_and_never_shows(tmp_path):
    (tmp_path / "key").write_text("canary-from-file\n")
    found = settings("vendors: {a: {kind: openai, credential: 'file:key'}}", tmp_path)
    secret = found.vendors["a"].credential
    assert secret.reveal() == "canary-from-file"
    assert "canary" not in repr(found) + str(secret) + f"{secret}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_pasted_secret_is_refused_without_repeating_it():
    message = refused("vendors: {a: {kind: openai, credential: sk-canary-123}}")
    assert "a secret is given by reference" in message and "canary" not in message


def test_missing_secrets_are_refused(tmp_path):
    assert "the environment variable NOPE is not set" in refused("vendors: {a: {kind: openai, credential: '${NOPE}'}}")
    assert "can't be read" in refused("vendors: {a: {kind: openai, credential: 'file:none'}}", tmp_path)
    (tmp_path / "two").write_text("a\nb")
    assert "one line" in refused("vendors: {a: {kind: openai, credential: 'file:two'}}", tmp_path)


def test_a_secret_file_is_read_again_when_it_changed(tmp_path):
    path = tmp_path / "key"
    path.write_text("first")
    secret = Secret.resolve("file:key", tmp_path, {})
    path.write_text("second")
    os.utime(path, ns=(1, 1))
    assert secret.reveal() == "second"
    path.unlink()
    assert secret.reveal() == "second"


def test_secrets_of_one_reference_and_text_are_equal(tmp_path):
    """Else each load of an unchanged file would seem to bring other settings."""
    (tmp_path / "url").write_text("redis://one/0")
    first = Secret.resolve("file:url", tmp_path, {})
    assert first == Secret.resolve("file:url", tmp_path, {}) and hash(first) == hash(
        Secret.resolve("file:url", tmp_path, {})
    )
    (tmp_path / "url").write_text("redis://another/0")
    assert first != Secret.resolve("file:url", tmp_path, {})
    assert Secret.resolve("${A}", tmp_path, {"A": "x"}) == Secret.resolve("${A}", tmp_path, {"A": "x"})
    assert Secret.resolve("${A}", tmp_path, {"A": "x"}) != Secret.resolve("${A}", tmp_path, {"A": "y"})
    assert Secret.resolve("${A}", tmp_path, {"A": "x"}) != Secret.resolve("${B}", tmp_path, {"B": "x"})
    text = 'shared: {store: redis, url: "file:url"}'
    assert settings(text, tmp_path).shared == settings(text, tmp_path).shared


def test_load_shows_the_path_of_the_file(tmp_path):
    (tmp_path / "config.yaml").write_text("nope: 1")
    with pytest.raises(DocumentsRefused) as caught:
        load_settings(tmp_path / "config.yaml", ENVIRON)
    assert str(caught.value).startswith(f"{tmp_path}/config.yaml:1:1: ")


def test_every_setting_is_explained():
    assert all(row.help.endswith(".") and row.kind and row.default for row in SETTINGS)
    assert len({row.path for row in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("redis://redis.internal:6379/0", True),
        ("rediss://someone:word@redis.internal", True),
        ("unix:///run/redis.sock", True),
        ("redis://", False),
        ("http://redis.internal", False),
        ("redis://redis.internal:port", False),
        ("redis://redis.internal?socket_timeout=9999", False),
    ],
)
def test_an_address_of_a_redis_is_that_and_no_more(url, good):
    assert is_redis(url) is good


def test_limits_on_cost_are_money_and_others_are_whole_numbers():
    text = b"quotas: [{scope: team, unit: cost, limit: 2.5}, {scope: user, unit: tokens, limit: 7}]\n"
    found = read_settings(load_texts({"config.yaml": text}), Path("/nowhere"), {}).quotas
    assert [one.limit for one in found] == [2_500_000, 7]
    for limit, says in (
        ("{unit: tokens, limit: 2.5}", "limit must be a whole number: only money has decimals"),
        ("{unit: cost, limit: 1000000001}", "limit must be at most 1000000000"),
        ("{unit: cost, limit: 0.0000001}", "limit has more than 6 decimals"),
        ("{unit: cost, limit: -1}", "limit must be a number, 0 or more"),
        ("{unit: cost, limit: 1, soft: 1.2}", "soft must be a number between 0 and 1"),
        ("{unit: cost, limit: 1, soft: true}", "soft must be a number between 0 and 1"),
    ):
        said = refused(f"quotas:\n  - {limit[:1]}scope: team, {limit[1:]}\n")
        assert says in said and "config.yaml:2:" in said, said
