from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from gateway.state.lifts import Lifts
from gateway.state.recent import RefusedPassages, VendorStates
from gateway.state.strangers import FREE_PER_MINUTE, MOST_NETWORKS, Strangers, network_of, within


def test_a_refused_passage_is_known_to_its_caller_only() -> None:
    refused = RefusedPassages(b"secret")
    refused.add("anne", "my password is x")
    assert refused.knows("anne", "my password is x")
    assert not refused.knows("bob", "my password is x")
    assert not refused.knows("anne", "my password is y")


def test_a_refused_passage_is_known_when_a_client_joins_it_to_the_next_turn() -> None:
    refused = RefusedPassages(b"secret")
    refused.add("anne", "my password is x")
    assert refused.knows("anne", "my password is x\n")


def test_the_oldest_refusals_are_forgotten_first() -> None:
    refused = RefusedPassages(b"secret", most=2)
    for text in "abc":
        refused.add("anne", text)
    assert [refused.knows("anne", text) for text in "abc"] == [False, True, True]


def test_a_blob_is_pinned_to_its_issuer_also_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "states.json"
    states = VendorStates(b"secret", file)
    states.issued("acme", "ab12", "alpha")
    states.save()
    again = VendorStates(b"secret", file)
    assert again.issuer("acme", "ab12") == "alpha"
    assert again.issuer("other", "ab12") is None
    assert "ab12" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_a_damaged_memory_refuses_old_blobs_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "states.json"
    file.write_bytes(b'{"half')
    assert VendorStates(b"secret", file).issuer("acme", "ab12") is None


def test_strangers_are_counted_by_network_and_throttled() -> None:
    now = [0.0]
    strangers = Strangers(lambda: now[0])
    assert all(strangers.seen("192.0.2.7") for _ in range(FREE_PER_MINUTE))
    assert not strangers.seen("192.0.2.200"), "the same /24"
    assert strangers.seen("198.51.100.1")
    assert strangers.take() == {"192.0.2.0/24": FREE_PER_MINUTE + 1, "198.51.100.0/24": 1}
    now[0] = 61.0
    assert strangers.seen("192.0.2.7")


def test_a_flood_from_everywhere_stays_bounded() -> None:
    strangers = Strangers(lambda: 0.0)
    for i in range(MOST_NETWORKS + 500):
        strangers.seen(f"10.{i >> 8 & 255}.{i & 255}.1")
    assert len(strangers.take()) <= MOST_NETWORKS + 1


def test_whether_a_proxy_is_trusted() -> None:
    networks = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    assert within("10.1.2.3", networks)
    assert within("fd00::1", networks)
    assert not within("192.0.2.1", networks)
    assert not within("nonsense", networks)


def test_networks_of_peers() -> None:
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("") == "unknown"


def test_lifts_that_are_saved_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    lifts, now = Lifts(tmp_path / "lifts.json"), datetime(2026, 11, 26, tzinfo=UTC)
    for person in range(200):
        lifts.add(f"p_{person}", "mails-stay", [b"value"], "r_1", now)
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(lifts.save) for _ in range(100)]:
            done.result()
    again = Lifts(tmp_path / "lifts.json")
    assert all(again.of(f"p_{person}", now) for person in range(200))
