"""How calls to vendors of kind litellm leave the gateway, and what the configuration must say of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.registry import VENDORS
from adapters.transport import Endpoint
from adapters.vendors.base import OptionError
from adapters.vendors.litellm import ASKED, Asked
from adapters.wire.headers import outgoing
from gateway.bridge import reach
from gateway.bridge.reach import through_bridge
from gateway.bundle.pair import load_pair
from gateway.config.load import load_settings
from gateway.documents import DocumentsRefused
from gateway.epoch import Epoch
from tests.conftest import CONFIG, configured

TAIL = '{kind: litellm, base_url: "https://api.tail.example/v1", options: {provider: nebius}}'


def with_beta(folder: Path, vendor: str) -> Path:
    return configured(folder / "house", CONFIG.replace("beta: {kind: simulator}", f"beta: {vendor}"))


def test_the_bridge_is_told_the_way_and_only_its_socket_is_asked() -> None:
    vendor = VENDORS["litellm"]({"provider": "azure_ai", "api_version": "2024-10-21"})
    endpoint = Endpoint(
        "https://api.tail.example/v1", ca_bundle="/etc/é.pem", egress_proxy="http://proxy.example:3128",
        connect_seconds=2.5, idle_seconds=9,
    )  # fmt: skip
    spoken, local = through_bridge(vendor, endpoint, Path("/state/bridge.sock"))
    assert (local.socket, local.idle_seconds, local.egress_proxy) == ("/state/bridge.sock", 9, None)
    assert "tail.example" not in local.base_url and local.base_url.endswith(".invalid")
    headers = dict(spoken.fixed_headers())
    assert headers[ASKED].isascii()
    assert Asked.read(headers[ASKED]) == Asked(
        "azure_ai", endpoint.base_url, "2024-10-21", "/etc/é.pem", "http://proxy.example:3128", 2.5
    )
    assert spoken.credential_headers("sk-a") == [("authorization", "Bearer sk-a")]


def test_other_kinds_go_their_own_way() -> None:
    vendor, endpoint = VENDORS["openai"]({}), Endpoint("https://api.openai.com/v1")
    assert through_bridge(vendor, endpoint, Path("/state/bridge.sock")) == (vendor, endpoint)


def test_no_client_can_name_the_vendor_or_its_key() -> None:
    said = [(ASKED.encode(), b'["openai","http://elsewhere.example"]'), (b"authorization", b"Bearer other")]
    sent = outgoing(said, family="openai", beta_allowed=frozenset())
    assert not {ASKED, "authorization"} & {name for name, _ in sent}


@pytest.mark.parametrize("raw", ["", "{}", "[]", '["a"]', "x", "null"])
def test_a_header_that_is_not_ours_names_nothing(raw: str) -> None:
    with pytest.raises(ValueError):
        Asked.read(raw)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, "provider"),
        ({"provider": ""}, "provider"),
        ({"provider": "http://elsewhere.example"}, "provider"),
        ({"provider": "OpenAI"}, "provider"),
        ({"provider": "openai", "api_version": "a b"}, "api_version"),
        ({"provider": "openai", "api_base": "http://elsewhere.example"}, "api_base"),
    ],
)
def test_options_that_can_not_be_used_are_named(options: dict[str, str], wrong: str) -> None:
    with pytest.raises(OptionError) as refused:
        VENDORS["litellm"](options)
    assert refused.value.option == wrong


def test_the_configuration_must_say_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        load_settings(with_beta(tmp_path, "{kind: litellm, options: {provider: nebius}}"))
    assert "base_url is required for kind litellm" in str(refused.value)


def test_its_host_must_be_in_its_contract(tmp_path: Path) -> None:
    pair = load_pair(with_beta(tmp_path, TAIL))
    destination = pair.destinations["beta/gpt-4o-mini"]
    assert not destination.known and "is not at a host allowed by contract beta-eu" in destination.flaw
    assert Epoch.of(pair).upstream(destination).endpoint.socket == str(pair.settings.bridge_socket)


def test_check_says_what_to_do_where_litellm_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "find_spec", lambda name: None)
    notes = load_pair(with_beta(tmp_path, TAIL)).notes
    assert [note for note in notes if "litellm isn't installed here; install what requirements/litellm.txt" in note]
    assert not [note for note in load_pair(configured(tmp_path / "other")).notes if "litellm" in note]
