"""Where webhooks send is said once, and Slack's and Teams' addresses are secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.bundle.pair import load_pair
from gateway.config import load_settings
from gateway.documents import DocumentsRefused
from tests.conftest import CONFIG, configured

TEAMS = "https://prod-1.westeurope.logic.azure.example:443/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=x"


def webhook(folder: Path, said: str) -> Path:
    (folder / "url").write_text(TEAMS)
    (folder / "not-a-url").write_text("hush")
    (folder / "no-port").write_text("https://hush.example:99999/hush")
    return configured(folder, f"{CONFIG}webhooks:\n  ops: {{{said}}}\n")


def test_an_address_by_reference_may_have_a_query_and_needs_no_signature(tmp_path: Path) -> None:
    hook = load_settings(webhook(tmp_path, "format: teams, address: 'file:url', events: [breaker.*]")).webhooks["ops"]
    assert hook.address is not None and hook.address.reveal() == TEAMS
    assert hook.sends and hook.url == "" and hook.events == ("breaker.*",)
    assert TEAMS not in repr(hook)


def test_our_own_form_is_sent_signed_or_not_at_all(tmp_path: Path) -> None:
    assert not load_settings(webhook(tmp_path, "address: 'file:url'")).webhooks["ops"].sends
    assert not load_settings(webhook(tmp_path, "url: 'https://h.example/x', format: slack")).webhooks["ops"].sends
    assert load_settings(webhook(tmp_path, "url: 'https://h.example/x', secret: 'file:url'")).webhooks["ops"].sends


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("format: slack", "needs url, or address"),
        ("url: 'https://h.example/x', address: 'file:url'", "and not both"),
        ("address: 'file:not-a-url'", "must be an http:// or https:// URL"),
        ("address: 'file:no-port'", "must be an http:// or https:// URL"),
        ("url: 'https://h.example/x', events: []", "events"),
        ("url: 'https://h.example/x', format: irc", "format"),
    ],
)
def test_what_can_not_be_sent_to_is_refused(tmp_path: Path, said: str, why: str) -> None:
    with pytest.raises(DocumentsRefused, match=why) as refused:
        load_settings(webhook(tmp_path, said))
    assert "hush" not in str(refused.value)


def test_an_event_that_does_not_exist_is_noted(tmp_path: Path) -> None:
    path = webhook(tmp_path, "url: 'https://h.example/x', secret: 'file:url', events: [breaker.opend, ledger.*]")
    notes = [note for note in load_pair(path).notes if "webhook" in note]
    assert notes == ["webhook ops waits for breaker.opend, and there is no such event (breaker.opened?)"]
