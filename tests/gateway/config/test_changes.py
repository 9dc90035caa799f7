"""Settings that changed are named one by one; those that each call looks up need no restart."""

from __future__ import annotations

from pathlib import Path

from gateway.config import read_settings
from gateway.config.changes import changed
from gateway.config.settings import Settings
from gateway.documents import load_texts
from gateway.reload import FIXED


def settings(text: str) -> Settings:
    return read_settings(load_texts({"config.yaml": text.encode()}), Path("/etc/ecluse"), {"REDIS": "redis://one/0"})


OLD = settings('shared: {store: redis, url: "${REDIS}"}')


def test_the_same_text_read_twice_changes_nothing() -> None:
    assert changed(OLD, settings('shared: {store: redis, url: "${REDIS}"}'), FIXED) == ()


def test_what_each_call_looks_up_needs_no_restart() -> None:
    new = 'server: {language: fr, trusted_proxies: [10.0.0.0/8]}\nshared: {store: redis, url: "${REDIS}"}'
    assert changed(OLD, settings(new), FIXED) == ()


def test_the_setting_is_named_and_not_its_section() -> None:
    new = 'server: {language: fr, workers: 3, data: "127.0.0.1:1"}\nstate_dir: other\nsimulator: {port: 5}'
    found = changed(OLD, settings(new), FIXED)
    assert found == ("server.data", "server.workers", "state_dir", "shared.store", "shared.url", "simulator.port")


def test_sections_that_are_not_asked_about_are_left_out() -> None:
    assert changed(OLD, settings("limits: {depth: 5}"), ("server", "organisation")) == ()
