"""From a time to the answer: `ecluse ledger why` over a ledger with calls of every kind."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from gateway.bundle.workspace import with_configuration
from gateway.cli.main import main
from gateway.identity import Keyring
from observability.ledger import (
    Attempt,
    Event,
    Found,
    Intent,
    Ledger,
    Outcome,
    Pair,
    Ruled,
    RuleFired,
    Who,
    search,
    uuid7,
)
from observability.scribe.segments import segments

Run = Callable[..., tuple[int, str, str]]

ZONE = ("--zone", "Europe/Paris")
WHEN = (datetime.now(UTC) - timedelta(days=1)).replace(hour=13, minute=5, second=12, microsecond=0)
AT = f"{WHEN.date().isoformat()}T13:05Z"
DENIED = RuleFired(
    "secrets-stay-home", "secrets", "deny", "enforce", ("secret.private_key",), 1, "request/user/message 2"
)
QUOTA = {
    "scope": "team", "unit": "tokens", "window": "day", "limit": 1000, "used": 900, "asked": 400,
    "end": (WHEN + timedelta(hours=9)).timestamp(), "hopeless": False, "currency": "EUR",
}  # fmt: skip


class Home(NamedTuple):
    """A gateway's folder with a ledger. calls: the ids of those on record, by what became of them."""

    folder: Path
    calls: dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("why") / "ecluse"
    assert main(["init", str(folder)]) == 0
    return Home(folder, asyncio.run(written(folder)))


@pytest.fixture
def copied(made: Home, tmp_path: Path) -> Home:
    """One that may be changed."""
    return Home(Path(shutil.copytree(made.folder, tmp_path / "ecluse")), made.calls)


async def written(folder: Path) -> dict[str, str]:
    here = with_configuration(folder / "config.yaml", secrets=False)
    assert here.settings is not None
    keyring, organisation = Keyring.load(here.settings.keyring.dir), here.settings.organisation
    ledger = Ledger.open(folder / "state" / "ledger", clock=lambda: WHEN)

    def intent(user: str, team: str, at: datetime = WHEN) -> Intent:
        who = Who(organisation, team, (), keyring.pseudonym_of(organisation, user), "k_1", "hr-letters")
        return Intent(
            uuid7(), at, who, "openai_chat", "chat", "gpt-4o", stream=False, bytes_in=1,
            findings=(Found("secret.private_key", 1, 1.0, "text", "user", "request", message=2),),
            rulings=(Ruled("alpha/gpt-4o", "deny", (DENIED,)), Ruled("beta/gpt-4o", "deny", (DENIED,), known=False)),
            policy_revision=here.bundle.revision, config_revision="c1",
        )  # fmt: skip

    rules = {rule.id: rule.revision for rule in here.policies.rules}
    await ledger.write(Pair(WHEN, "w0", "c1", here.bundle.revision, "", "", rules=rules))
    later = WHEN + timedelta(minutes=40)
    denied, full = intent("m.durand", "finance"), intent("s.petit", "hr")
    failed, bad = intent("a.roux", "legal"), intent("m.durand", "finance", later)
    for asked, end in (
        (denied, Outcome(denied.call, WHEN, "refused", 400, "policy_refused", (DENIED,))),
        (full, Outcome(full.call, WHEN, "refused", 429, "quota_exceeded", because=QUOTA)),
        (bad, Outcome(bad.call, later, "refused", 400, "wrong_type", because={"field": "messages"})),
    ):
        await ledger.write(replace(end, intent=asked))
    await ledger.write(replace(failed, destination="alpha/gpt-4o"))
    attempt = Attempt(
        failed.call, WHEN, 1, "alpha/gpt-4o", "alpha", "alpha-us", "gpt-4o", 503, "overload", "vendor",
        total_ms=1200.0, vendor_request="req_9",
    )  # fmt: skip
    await ledger.write(attempt)
    ended = Outcome(failed.call, WHEN, "failed", 503, "vendor_overloaded", destination="alpha/gpt-4o", attempts=1)
    await ledger.write(ended)
    stopped = intent("b.lang", "support", later)
    await ledger.write(
        replace(Outcome(stopped.call, later, "refused", 400, "use_case_stopped"), intent=replace(stopped, model=""))
    )
    ordered = {"kind": "use_case", "name": "hr-letters", "reason": "ticket 12", "now": False}
    await ledger.write(Event(at=WHEN - timedelta(hours=2), event="stop.ordered", detail=ordered))
    await ledger.write(Event(at=WHEN, event="reload", detail={"policy": here.bundle.revision}))
    await ledger.write(Event(at=WHEN, event="report.override", detail={"rule": "somebody's"}))
    ledger.close()
    for path in segments(folder / "state" / "ledger"):  # the scribe names them by its own clock
        path.rename(path.with_name(f"{WHEN.strftime('%Y%m%dT%H%M%S.%fZ')}-w0-000001.ecl"))
    return {"denied": denied.call, "full": full.call, "failed": failed.call, "bad": bad.call, "stopped": stopped.call}


@pytest.fixture
def why(made: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command: (exit code, stdout, stderr)."""

    def run(*words: str, home: Home = made) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["ledger", "why", *words, "--config", str(home.folder / "config.yaml")])
        return code, *capsys.readouterr()

    return run


def test_a_rule_is_told_with_its_words_owner_and_place(why: Run, made: Home) -> None:
    code, out, err = why("--at", AT, "--user", "m.durand", *ZONE)
    assert (code, err) == (0, "")
    told = " ".join(out.split())
    assert out.startswith("1 refused between ")
    for said in (
        made.calls["denied"], "refused (HTTP 400, policy_refused); nothing was sent", "13:05:12 UTC",
        "Rule secrets-stay-home of policy secrets: Keys and tokens (secrets.yaml:", "it says the same now",
        "secret.private_key (private key) x 1: in the request, message 3, user", "team finance, use case hr-letters",
        "alpha/gpt-4o: denied (secrets-stay-home)", "beta/gpt-4o: denied (secrets-stay-home), no contract in force",
        "security@example.org", "rssi@example.org (owner of policy secrets)", "(for use case hr-letters)",
        "which is in force now too", f"ecluse report {made.calls['denied']}", "ecluse ledger show",
        "reload policy",
    ):  # fmt: skip
        assert said in told, said
    assert "somebody's" not in out, "what callers report isn't why"


def test_the_same_in_french(why: Run, made: Home) -> None:
    _, out, _ = why("--at", AT, "--team", "finance", "--language", "fr", *ZONE)
    told = " ".join(out.split())
    assert out.startswith("1 refusé entre ")
    for said in (
        "refusé (HTTP 400, policy_refused) ; rien n'a été envoyé", "x 1 : dans la requête", "alpha/gpt-4o : refusé",
        "Règle secrets-stay-home de la politique secrets",
        "L'appelant a lu : « Une clé ou un jeton", "clé privée", "responsable de la politique secrets",
    ):  # fmt: skip
        assert said in told, said


def test_a_quota_is_told_with_its_limit_and_use(why: Run, made: Home) -> None:
    _, out, _ = why("--at", AT, "--code", "quota_exceeded")
    assert made.calls["full"] in out and made.calls["denied"] not in out
    told = " ".join(out.split())
    assert "Limit of team hr: 1,000 tokens a day, of which 900 tokens were used or held; the call needed 400" in told
    assert "ecluse quota show" in told
    _, out, _ = why("--at", AT, "--code", "quota_exceeded", "--lang", "fr")
    assert "Limite (équipe hr) : 1 000 jetons par jour, dont 900 jetons" in " ".join(out.split())


def test_a_failure_is_told_with_its_attempts(why: Run, made: Home) -> None:
    _, out, _ = why("--at", AT, "--outcome", "failed")
    told = " ".join(out.split())
    assert made.calls["failed"] in told and "something had been sent to a vendor" in told
    assert "alpha/gpt-4o: overload, HTTP 503, the vendor's fault, 1.2 s, req_9" in told


def test_where_there_is_no_such_call_the_nearest_is_named(why: Run, made: Home) -> None:
    code, out, _ = why("--at", AT.replace("13:05", "13:35"), "--code", "wrong_type")
    assert code == 1
    assert f"ecluse ledger why {made.calls['bad']}" in out
    assert "no record each" in out


def test_a_call_that_a_damaged_segment_may_have_held_is_not_simply_denied(why: Run, copied: Home) -> None:
    (path,) = segments(copied.folder / "state" / "ledger")
    data = path.read_bytes()
    at = data.index(copied.calls["denied"].encode())
    path.write_bytes(data[:at] + b"#" + data[at + 1 :])
    warning = f"warning: {path.name} is damaged; what can't be read of it is missing here\n"
    code, out, err = why("--at", AT, "--user", "m.durand", home=copied)
    assert (code, err) == (1, warning) and out.startswith("No such call ")
    assert "Damaged segments of the ledger: 1. What can't be read of them is missing here." in out
    code, out, err = why("--at", AT, "--lang", "fr", home=copied)
    assert (code, err) == (0, warning) and "Segments endommagés du registre : 1." in out
    assert orjson.loads(why("--at", AT, "--json", home=copied)[1])["damaged_segments"] == 1
    code, out, err = why("--at", AT)
    assert err == "" and "amaged" not in out


def test_a_ledger_that_is_not_there(why: Run) -> None:
    code, _, err = why("--at", AT, "--ledger", "nowhere")
    assert code == 1 and "there is no ledger at nowhere" in err


def test_an_id_is_enough(why: Run, made: Home) -> None:
    code, out, _ = why(made.calls["failed"])
    assert code == 0 and out.lstrip().startswith(made.calls["failed"]) and "overload, HTTP 503" in out
    assert "reload" not in out, "nobody asked about a time"


def test_a_range_tells_the_last_and_lists_the_others(why: Run, made: Home) -> None:
    since, until = (f"{WHEN.date().isoformat()}T{clock}Z" for clock in ("13:00", "14:00"))
    _, out, _ = why("--since", since, "--until", until, "-n", "1", "--zone", "UTC")
    assert "It is about the field messages." in out
    table = out[out.index("time ") :]
    assert "secrets-stay-home" in table and "quota_exceeded" in table and made.calls["bad"] not in table


@pytest.mark.parametrize("by_id", [False, True])
def test_a_stop_is_told_with_the_order_of_hours_before_and_its_reason(why: Run, made: Home, by_id: bool) -> None:
    asked = (made.calls["stopped"],) if by_id else ("--at", AT.replace("13:05", "13:45"), "--team", "support")
    code, out, _ = why(*asked, "--zone", "UTC")
    assert code == 0 and "a model that isn't on record (openai_chat)" in out
    orders = out[out.index("Stops in the day before:") :]
    assert f"{WHEN.date()} 11:05:12  stop.ordered  kind use_case, name hr-letters, reason ticket 12" in orders
    assert "Stops in" not in why("--at", AT, "--user", "m.durand")[1], "no stop refused that one"


def test_times_of_two_days_name_both_and_those_of_utc_are_said_once(why: Run) -> None:
    first, last = WHEN.date(), WHEN.date() + timedelta(days=1)
    _, out, _ = why("--since", f"{first}T13:00Z", "--until", f"{last}T00:30Z", "--zone", "Etc/UTC")
    head = out.splitlines()[0]
    assert head.startswith("4 refused, 1 failed between 13:00:00 on ") and str(first) in head
    assert f" and 00:30:00 on {last:%A} {last} (Etc/UTC)" in head
    assert "13:05:12 (Etc/UTC)\n" in out


def test_as_plain_values(why: Run, made: Home) -> None:
    _, out, _ = why("--at", AT, "--team", "finance", "--json")
    found = orjson.loads(out)
    (call,) = found["calls"]
    assert call["call"] == made.calls["denied"] and call["rules"][0]["owner"] == "rssi@example.org"
    assert call["rules"][0]["state"] == "same"
    assert {one["event"] for one in found["events"]} == {"reload"}


def test_a_rule_that_was_changed_since_is_told_so(why: Run, copied: Home) -> None:
    file = copied.folder / "bundle" / "secrets.yaml"
    file.write_text(file.read_text().replace("contact: security@example.org", "contact: soc@example.org", 1))
    _, out, _ = why("--at", AT, "--user", "m.durand", home=copied)
    told = " ".join(out.split())
    assert "it has been CHANGED since" in told and "soc@example.org" in told and "in force now is" in told


def test_without_a_bundle_the_record_still_answers(why: Run, copied: Home) -> None:
    (copied.folder / "bundle" / "secrets.yaml").write_text("kind: [")
    code, out, err = why("--at", AT, "--user", "m.durand", home=copied)
    assert code == 0 and "secrets-stay-home" in out and "titles, owners and contacts are missing" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say when it was"),
        (("--at", "noon"), "noon is no time"),
        (("--at", "2999-01-01"), "still to come"),
        (("--at", "yesterday", "--within", "soon"), "soon is no span"),
        (("--at", "yesterday", "--within", "²m"), "²m is no span"),
        (("--at", "yesterday", "--within", "99999999d"), "out of all calendars"),
        (("--at", "yesterday", "--zone", "Mars"), "Mars is no time zone"),
        (("nonsense",), "no end of call nonsense"),
        (("--since", "2024-11-02", "--until", "2024-11-01"), "2024-11-02 is not before 2024-11-01"),
    ],
)
def test_wrong_words_are_told(why: Run, made: Home, words: tuple[str, ...], said: str) -> None:
    code, out, err = why(*words)
    assert (code, out) == (2, "") and said in err


def test_without_the_keyring_a_name_can_not_be_looked_up(why: Run, copied: Home) -> None:
    for file in (copied.folder / "keyring").glob("pseudonym*"):
        file.unlink()
    code, _, err = why("--at", AT, "--user", "m.durand", home=copied)
    assert code == 2 and "keyring" in err


def test_where_too_many_calls_ended_so_it_asks_for_less(why: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_MOST", 2)
    code, out, err = why("--at", AT)
    assert (code, out) == (1, "") and "ask for less time" in err
