"""Tokens: short, typed, the same whatever the order, apart between scopes, and unlike anything in the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as iban_module
from stdnum.fr import nir as nir_module

from policies.transform.pseudonymise import Pseudonyms, Scope, Value, word

KEY = bytes(range(32))
SCOPE = Scope("acme", "anne", "sandbox", "named c1")
TOKEN = re.compile(r"[A-Z]{2,16}_[0-9a-hjkmnp-tv-z]{8,51}")


def token(value: Value, scope: Scope = SCOPE, key: bytes = KEY) -> str:
    return Pseudonyms(key, scope).assign([value])[value]


@pytest.mark.parametrize(
    ("detector", "expected"),
    [
        ("person.gazetteer", "PERSON"), ("contact.email", "EMAIL"), ("contact.address_fr", "ADDRESS"),
        ("fin.iban", "IBAN"), ("fr.nir_13", "NIR"), ("health.icd10", "HEALTH"), ("secret.vendor", "SECRET"),
        ("org.project-helios", "PROJECT"), ("confidential", "CONFIDENTIAL"), ("org.2027", "VALUE"),
        ("org.é", "VALUE"), ("net.ip", "IP"),
    ],
)  # fmt: skip
def test_a_token_tells_the_type(detector: str, expected: str) -> None:
    assert word(detector) == expected
    assert TOKEN.fullmatch(token(Value(word(detector), "x")))


@given(st.lists(st.text(min_size=1), unique=True, max_size=20), st.randoms())
def test_neither_order_nor_company_changes_a_token(texts: list[str], rng) -> None:
    values = [Value("PERSON", text) for text in texts]
    made = Pseudonyms(KEY, SCOPE).assign(values)
    assert len(set(made.values())) == len(values)
    rng.shuffle(values)
    assert Pseudonyms(KEY, SCOPE).assign(values) == made
    assert all(token(value) == made[value] for value in values)


def test_nothing_is_shared_between_scopes_types_and_keys() -> None:
    value = Value("PERSON", "Odile Marchand")
    others = [SCOPE._replace(**{name: "other"}) for name in Scope._fields]
    others.append(Scope("acm", "eanne", "sandbox", "named c1"))
    found = [token(value), *(token(value, scope) for scope in others)]
    found += [token(value, key=bytes(32)), token(Value("NAME", value.text)), token(Value("PERSON", "Odile Marchand "))]
    hashes = [one.partition("_")[2] for one in found]
    assert len(set(hashes)) == len(hashes)


class Short(Pseudonyms):
    """With a hash so poor that values collide."""

    def _digest(self, purpose: bytes, *parts: str | int) -> int:
        good = super()._digest(purpose, *parts)
        return good >> 40 << 40 | good % 3


def test_values_that_would_share_a_token_get_longer_ones() -> None:
    values = [Value("PERSON", str(n)) for n in range(7)]
    made = Short(KEY, SCOPE).assign(values)
    tokens = sorted(made.values())
    assert len(set(tokens)) == 7 and {len(t) for t in tokens} == {len("PERSON_") + 13}
    assert Short(KEY, SCOPE).assign(reversed(values)) == made
    assert not [t for t in tokens for other in tokens if t != other and other.startswith(t)]


def test_surrogates_have_the_shape_and_not_the_key() -> None:
    mail = token(Value("EMAIL", "odile@exemple.fr", "contact.email"))
    assert re.fullmatch(r"email_[0-9a-z]{10}@pseudonym\.invalid", mail)
    account = token(Value("IBAN", "FR76 3000 6000 0112 3456 7890 189", "fin.iban"))
    assert len(account) == 27 and account.startswith("FR00") and not iban_module.is_valid(account)
    number = token(Value("NIR", "2 95 10 99 126 111 93", "fr.nir"))
    assert re.fullmatch(r"[12]\d{14}", number) and not nir_module.is_valid(number)
    assert TOKEN.fullmatch(token(Value("CARD", "4970 1011 2234 4564", "fin.card"))), "no surrogate of this type"
    assert TOKEN.fullmatch(token(Value("IBAN", "FR76", "fin.iban"))), "nothing to take the shape of"
    both = [Value("IBAN", "FR76", "fin.iban"), Value("IBAN", "FR76")]
    assert len(set(Pseudonyms(KEY, SCOPE).assign(both).values())) == 2


def test_identities_are_stable_and_apart() -> None:
    name = Pseudonyms(KEY, SCOPE).identity()
    assert re.fullmatch(r"user_[0-9a-z]{20}", name)
    assert name == Pseudonyms(KEY, SCOPE._replace(conversation="other", use_case="other")).identity()
    others = [SCOPE._replace(user="paul"), SCOPE._replace(organisation="b"), Scope("acm", "eanne", "", "")]
    found = {name, Pseudonyms(KEY, SCOPE).identity("s1"), *(Pseudonyms(KEY, scope).identity() for scope in others)}
    assert len(found) == 5
