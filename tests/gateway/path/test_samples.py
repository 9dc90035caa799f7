"""Review samples over a whole gateway: off by default, sealed, few, masked, gone when due, read on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from tests.conftest import House, OpenHouse
from tests.gateway.path.bare import DEFAULTS, bare

MAIL = "odile.marchand@exemple-sas.fr"
WORDS = "dossier zygomorphe numero"
RULES = """\
kind: EgressPolicy
policy: mails
owner: dpo@example.org
rules:
  - id: mails-watched
    when: {findings: {any_of: [contact.email]}, destination: {external: true}}
    action: redact
    review_sample: {per_day: 2, days: 3}
"""
ALLOW = "review_samples: {allow: true, owner: dpo@example.org, basis: register T-014}\n"


def prepared(folder: Path, *, allow: bool = True) -> None:
    bare(folder, mails=RULES, defaults=DEFAULTS + (ALLOW if allow else ""))


@pytest.fixture
async def sampling(open_house: OpenHouse, tmp_path: Path):  # type: ignore[no-untyped-def]
    prepared(tmp_path / "house")
    async with open_house() as house:
        yield house


def files(house: House) -> list[Path]:
    """The sample files, after all that waits was written."""
    house.gateway.runtime.samples.write()
    folder = house.gateway.runtime.epoch.pair.settings.samples_dir
    return sorted(folder.iterdir()) if folder.exists() else []


async def ecluse(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(main, [*words, "--config", str(house.folder / "config.yaml")])
    return code, *capsys.readouterr()


def later(house: House, by: timedelta) -> None:
    real: Callable[[], Any] = house.gateway.runtime.now
    house.gateway.runtime.now = lambda: real() + by


async def test_a_sample_is_sealed_masked_and_read_on_record(sampling: House, capsys: Any) -> None:
    """The canary: its words are nowhere on disk, in metrics or in the log, but through the command."""
    assert (await sampling.chat(f"{WORDS} : {MAIL}, à relancer")).status_code == 200
    (file,) = files(sampling)
    assert file.stat().st_mode & 0o777 == 0o600
    await sampling.gateway.runtime.ledger.flush()
    sampling.gateway.runtime.measure.log.flush()
    for kept in sampling.folder.rglob("*"):
        if kept.is_file():
            raw = kept.read_bytes()
            assert b"zygomorphe" not in raw and b"odile.marchand" not in raw, kept
    assert "zygomorphe" not in await sampling.metrics()
    assert 'ecluse_review_samples_total{rule="mails-watched"} 1.0' in await sampling.metrics()
    assert "zygomorphe" not in capsys.readouterr().err
    code, out, _ = await ecluse(
        sampling, capsys, "policy", "samples", "mails-watched", "--as", "s.petit", "--reason", "trial"
    )
    assert code == 0 and f"{WORDS} : [contact.email], à relancer" in out and "odile" not in out
    await sampling.gateway.runtime.ledger.flush()
    code, out, _ = await ecluse(sampling, capsys, "ledger", "tail", "--json")
    (read,) = [line for line in out.splitlines() if '"samples.read"' in line]
    runtime = sampling.gateway.runtime
    assert (
        runtime.keyring.pseudonym_of("acme", "s.petit") in read and '"reason":"trial"' in read and "petit" not in read
    )


async def test_few_are_kept_of_values_that_differ_and_of_new_text(sampling: House) -> None:
    for mail in (MAIL, MAIL.upper(), "a.b@exemple-sas.fr", "c.d@exemple-sas.fr"):
        assert (await sampling.chat(f"Écris à {mail}.")).status_code == 200
    assert sum(file.read_bytes().count(b"\n") for file in files(sampling)) == 2
    later(sampling, timedelta(days=1))
    turns = [
        {"role": "user", "content": "Écris à e.f@exemple-sas.fr."},
        {"role": "assistant", "content": "Oui."},
        {"role": "user", "content": "Merci."},
    ]
    await sampling.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": turns})
    assert len(files(sampling)) == 1
    await sampling.chat("Écris à g.h@exemple-sas.fr.")
    assert len(files(sampling)) == 2


async def test_samples_go_when_their_day_comes(open_house: OpenHouse, tmp_path: Path, capsys: Any) -> None:
    prepared(tmp_path / "house")
    async with open_house() as house:
        await house.chat(f"Écris à {MAIL}.")
        assert len(files(house)) == 1
        samples, today = house.gateway.runtime.samples, house.gateway.runtime.now().date()
        assert samples.drop_due(today + timedelta(days=2)) == 0
        assert len(samples.read("mails-watched", today + timedelta(days=2))) == 1
        assert not samples.read("mails-watched", today + timedelta(days=3))
    async with open_house() as house:
        await house.chat("Écris à a.b@exemple-sas.fr.")
        await house.chat("Écris à c.d@exemple-sas.fr.")
        (file,) = files(house)
        assert file.read_bytes().count(b"\n") == 2, "those of today count after a restart, too"
        raw = file.read_bytes()
        file.write_bytes(raw.replace(b'"box":"', b'"box":"AAAA', 1) + b"{torn")
        code, out, _ = await ecluse(house, capsys, "policy", "samples", "mails-watched", "--as", "s.petit")
        assert code == 0 and "or damaged" in out and "2 samples" in out
        assert house.gateway.runtime.samples.drop_due(today + timedelta(days=3)) == 1


async def test_nothing_is_kept_unless_the_bundle_allows_it(open_house: OpenHouse, tmp_path: Path, capsys: Any) -> None:
    prepared(tmp_path / "house", allow=False)
    async with open_house() as house:
        await house.chat(f"Écris à {MAIL}.")
        assert not files(house)
        _, out, _ = await ecluse(house, capsys, "check")
        assert "note: review samples of mails-watched are off: no Defaults document allows" in out


async def test_an_older_keyring_serves_without_samples(open_house: OpenHouse, tmp_path: Path, capsys: Any) -> None:
    prepared(tmp_path / "house")
    async with open_house() as house:
        folder = house.folder / "keyring"
    (folder / "samples-v1.key").unlink()
    async with open_house() as house:
        await house.chat(f"Écris à {MAIL}.")
        assert not files(house)
        assert "the keyring has no samples key" in (await ecluse(house, capsys, "check"))[1]
        code, _, err = await ecluse(house, capsys, "policy", "samples", "mails-watched", "--as", "s.petit")
        assert code == 1 and "init --complete" in err
    assert main(["init", "--complete", str(folder)]) == 0
    async with open_house() as house:
        await house.chat(f"Écris à {MAIL}.")
        assert len(files(house)) == 1
        code, _, err = await ecluse(house, capsys, "policy", "samples", "mails-wached", "--as", "s.petit")
        assert code == 1 and "did you mean mails-watched?" in err


async def test_a_sample_after_one_that_was_cut_off_is_read(sampling: House, capsys: Any) -> None:
    assert (await sampling.chat(f"{WORDS} : {MAIL}, à relancer")).status_code == 200
    (file,) = files(sampling)
    file.write_bytes(file.read_bytes()[:-9])
    assert (await sampling.chat("Écris à a.b@exemple-sas.fr demain.")).status_code == 200
    assert files(sampling) == [file]
    code, out, _ = await ecluse(sampling, capsys, "policy", "samples", "mails-watched", "--as", "s.petit")
    assert code == 0 and "demain" in out and "zygomorphe" not in out
