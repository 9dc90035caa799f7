from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine_of

from policies.detectors import passwords, secrets
from policies.detectors.catalogue import Catalogue
from policies.detectors.looks import scrambled, typed
from policies.detectors.model import Check

SURE = 0.75


def sure(check: Check, value: bytes) -> bool:
    verdict = check(value)
    return verdict is not None and verdict.confidence >= SURE


@pytest.mark.parametrize("value", [b"Tr0ub4dor&3", b"s3cr3t-Pa55", b"!Dd5G4s9"])
def test_passwords(value: bytes) -> None:
    assert sure(passwords.password, value)


@pytest.mark.parametrize(
    "value", [b"None", b"********", b"<password>", b"${DB_PASSWORD}", b"your_password", b"$PASSWORD"]
)
def test_what_stands_for_a_password(value: bytes) -> None:
    assert passwords.password(value) is None


@pytest.mark.parametrize("value", [b"Vx7!lune2025", b"Lampe%Bleue", b"x7Kq-9fbcc-OOX6", b"Soleil22!", b"9fBx2LkQ8zRt"])
def test_what_is_told_at_a_distance(value: bytes) -> None:
    assert sure(passwords.told_secret, value)


@pytest.mark.parametrize(
    "value", [b"Windows11", b"SRV-Paie-01", b"2024-05-01T10:22", b"$user->Name1", b"a!=B2c3d4", b"lea/Vx7!lune"]
)
def test_what_is_told_of_something_else(value: bytes) -> None:
    assert not sure(passwords.told_secret, value)


def test_cells_under_a_heading_need_no_sign() -> None:
    assert sure(passwords.cell_secret, b"Azerty12")
    assert not sure(passwords.cell_secret, b"2024-05-01T10:22:11Z")
    assert sure(passwords.labelled_secret, b"Biscuit-5333")
    assert not sure(passwords.labelled_secret, b"Windows11")


def test_rules_of_a_form_are_no_password() -> None:
    assert passwords.password(b"required|min:8") is None


def test_a_name_and_a_password_could_be_a_path() -> None:
    assert not sure(passwords.password, b"admin/Kx9!fleur")


@pytest.mark.parametrize(
    "value", [b"AIhq5Xyb1Gga9Q0", b"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c", b"sk_9f8a7b6c5d4e3f2a1b0c9d8e7f6a"]
)
def test_assigned_keys(value: bytes) -> None:
    assert sure(passwords.assigned_key, value)


@pytest.mark.parametrize(
    "value",
    [
        b"abc123def456ghi789", b"config.secret.token.v1", b"os.environ['KEY1']", b"lsv2_sk_short1", b"/var/lib/key1",
        b"4c1f9a07-2b6d-4e83-9f15-d0a7c3e6b84", b"00000000-0000-0000-0000-000000000000", b"persona_sandbox_x81kz0q",
    ],
)  # fmt: skip
def test_what_is_no_assigned_key(value: bytes) -> None:
    assert not sure(passwords.assigned_key, value)


@pytest.mark.parametrize("value", [b"jean:Kx9!fleur2024", b":d2LkV78zLx!t", b"d2LkV78zLx!t:"])
def test_pairs_of_a_command_line(value: bytes) -> None:
    assert sure(passwords.user_password, value)


@pytest.mark.parametrize("value", [b"<user:password>", b"jean:jean", b"SRVC_JENKINS:", b"$USER:$PASS", b"jean:[PASS]"])
def test_what_stands_for_a_pair(value: bytes) -> None:
    assert passwords.user_password(value) is None


def test_a_basic_header_names_somebody() -> None:
    assert sure(passwords.header_key, b"Basic amVhbjpLeDkhZmxldXIyMDI0")
    assert passwords.header_key(b"Basic dGVzdA") is None


def test_a_github_token_with_a_true_checksum_is_surer() -> None:
    body = b"wZ8mJ4Kq1bV6tN3xR7cY5dH2sL9fG0"
    assert secrets.github(b"ghp_" + body + secrets._crc62(body)).confidence == 0.99  # type: ignore[union-attr]
    assert secrets.github(b"ghp_" + body + b"aaaaaa").confidence == 0.95  # type: ignore[union-attr]


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=60))
def test_a_string_made_of_words_is_not_scrambled(drawn: str) -> None:
    assert not scrambled(b"GestionnaireDePaieTrimestrielle") and not scrambled(b"AsyncX509WorkloadIdentityAuth")
    changes = sum(_letter(one) != _letter(two) for one, two in pairwise(drawn))
    assert scrambled(drawn.encode()) == (changes >= 0.35 * (len(drawn) - 1))


def _letter(char: str) -> int:
    return char.isdigit() + 2 * char.isupper()


@pytest.mark.parametrize("value", [b"getpass.getpass('Password:", b"enforce_bytes(auth", b"basic[1"])
def test_a_call_is_no_password(value: bytes) -> None:
    assert passwords.password(value) is None


@pytest.mark.parametrize("value", [b"end", b"session_id.", b"REQUIRE", b"DEFAULT;"])
def test_words_of_a_statement_are_no_password(value: bytes) -> None:
    assert not sure(passwords.statement_password, value)


def test_a_product_key_is_not_spelled_out() -> None:
    assert sure(secrets.product_key, b"ZAQWS-XCDER-VBGTR-FRTGU-KLMNX")
    assert secrets.product_key(b"ZAQWS-XCDER-VBGTR-FRTGU-ABCDE") is None


def test_an_age_keys_checksum() -> None:
    key = b"AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
    body = key[:-6]
    ends = [end for end in _bech32_ends(body) if secrets.age_key(body + end)]
    assert len(ends) == 1
    assert secrets.age_key(body[:-1] + b"P" + ends[0]) is None


def _bech32_ends(body: bytes) -> list[bytes]:
    """The one ending whose checksum holds, worked out as BIP 173 says, and one that doesn't."""
    low = body.partition(b"1")[0].lower()
    data = [secrets._BECH32.find(byte) for byte in body.rpartition(b"1")[2]]
    digits = [code >> 5 for code in low] + [0] + [code & 31 for code in low] + data + [0] * 6
    sum_ = secrets._checksum(digits) ^ 1
    end = bytes(secrets._BECH32[sum_ >> 5 * (5 - place) & 31] for place in range(6))
    return [end, end[::-1] if end != end[::-1] else b"QQQQQQ"]


@given(st.integers(0, 9), st.integers(3, 12))
def test_runs_are_typed(first: int, length: int) -> None:
    run = bytes(range(ord("a") + first, ord("a") + first + length))
    assert typed(run) and typed(run.upper() + b"-" + run)


def test_a_key_beside_its_vendors_name() -> None:
    rule = {"names": ["acme cloud"], "what": ["key", "token"], "value": "[0-9a-f]{32}"}
    engine = engine_of({"id": "x.acme", "named": [rule]})
    key = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"
    for text in (
        f"ACME_CLOUD_API_KEY={key}",
        f'"acmecloud": {{"token": "{key}"}}'.replace('": {"', "_"),
        f"acme-cloud key: {key}",
    ):
        (found,) = engine.scan([text])[0]
        assert text[found.start : found.end] == key
    for text in (f"ACME_CLOUD_ID={key}", f"API_KEY={key}", f"ACME_CLOUD_API_KEY={key}0", f"ACME_CLOUD_KEY={'0' * 32}"):
        assert not engine.scan([text])[0], text


def test_what_is_wrong_with_named_keys_is_said() -> None:
    rule = {"names": ["ab", "a(b"], "value": "[0-9]+", "check": "nmed_key"}
    problems = Catalogue.build([{"kind": "Detector", "id": "x.y", "named": [rule]}])
    assert isinstance(problems, list)
    assert {problem.path[3:] for problem in problems} >= {("names", 0), ("names", 1), ("check",)}
