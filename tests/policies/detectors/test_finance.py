from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_packs import engine
from stdnum import bitcoin as stdnum_bitcoin
from stdnum import isin as stdnum_isin

from policies.detectors import finance, wallets
from policies.detectors.keccak import keccak256

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def sure(text: str, detector: str) -> list[str]:
    found = engine().scan([text])[0]
    return [text[one.start : one.end] for one in found if one.detector == detector and one.confidence >= 0.75]


@given(st.text("0123456789", min_size=21, max_size=21))
def test_every_account_has_one_key(body: str) -> None:
    keys = [key for key in range(1, 98) if finance.rib(f"{body}{key:02d}".encode()) is not None]
    assert len(keys) == 1 or len(set(body)) < 4


def test_a_rib_reads_letters_as_digits_and_skips_words() -> None:
    assert finance.rib(b"20041 01005 0500013M026 06") is not None
    assert finance.rib(b"20041, code guichet 01005, compte n 0500013M026, cle RIB 06") is not None
    assert finance.rib(b"20041 01005 0500013N026 06") is None


@given(st.sampled_from(["FR", "US", "XS", "ZZ"]), st.text("0123456789ABCDEFGHIJ", min_size=9, max_size=9))
def test_isin_agrees_with_stdnum(country: str, body: str) -> None:
    for digit in "0123456789":
        number = country + body + digit
        if sum(char.isdigit() for char in number) > 2:
            assert (finance.isin(number.encode()) is not None) == stdnum_isin.is_valid(number)


@pytest.mark.parametrize(
    "value", [b"BNPAFRPP", b"KYCHFRBMS7D", b"agrifrpp882", b"DEUTDEFF", b"CMCI FR 2A", b"BCEELULL"]
)
def test_codes_of_banks(value: bytes) -> None:
    assert finance.bic(value) is not None


@pytest.mark.parametrize("value", [b"DOCUMENT", b"REQUIRED", b"PAIEMENT", b"CODE DE LA", b"BNPAZZPP", b"BNPAFRPP8"])
def test_words_shaped_as_codes_of_banks(value: bytes) -> None:
    assert finance.bic(value) is None


@given(st.sampled_from("13"), st.text(BASE58, min_size=25, max_size=34))
def test_a_bitcoin_address_that_we_accept_is_one_for_stdnum(first: str, rest: str) -> None:
    if wallets.wallet((first + rest).encode()) is not None:
        assert stdnum_bitcoin.is_valid(first + rest)


@pytest.mark.parametrize(
    "value",
    [
        b"1NEDqZPvTWRaoho48qXuLLsrYomMXPABfD",
        b"BC1QARDV855YJNGSPVXUTTQ897AQCA3LXJU2Y69JCE",
        b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        b"rrrrrrrrrrrrrrrrrrrrrhoLvTp",
        b"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        b"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    ],
)
def test_wallets_and_one_character_off(value: bytes) -> None:
    assert wallets.wallet(value).confidence == 0.95  # type: ignore[union-attr]
    if value[:2] == b"0x":
        off = value[:3] + value[3:4].swapcase() + value[4:]
    else:
        off = value[:6] + (b"p" if value[6:7] in b"qQ" else b"q") + value[7:]
    assert wallets.wallet(off) is None


def test_an_ethereum_address_in_one_case_needs_a_word() -> None:
    address = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
    assert sure(address, "fin.crypto") == []
    assert sure(f"wallet {address}", "fin.crypto") == [address]


def test_keccak_is_ethereums() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty
    assert keccak256(b"a" * 135) != keccak256(b"a" * 134)
    with pytest.raises(ValueError, match="block"):
        keccak256(b"a" * 136)


@pytest.mark.parametrize(
    "text, value",
    [
        ("Son salaire est de 45 000 € par an", ["45 000 €"]),
        ("She earns $85,000 a year", ["$85,000"]),
        ("rémunération : 52 k€", ["52 k€"]),
        ("La hausse des salaires est de 3 % en 2024", []),
        ("Le loyer est de 1 200 € par mois", []),
        ("Les salaires sont versés le 28.03.2024", []),
        ("Elle est payée 2 500 € par mois", ["2 500 €"]),
        ("He makes $120k a year", ["$120k"]),
        ("We paid $3,400 to the supplier", []),
        ("J'ai gagné 500 € au loto", []),
        ("the npm package costs $12,000", []),
        ('"salary": 85000', ["85000"]),
        ("salary=2024", []),
    ],
)
def test_pay_is_an_amount_beside_a_word(text: str, value: list[str]) -> None:
    assert sure(text, "fin.salary") == value


@pytest.mark.parametrize(
    "text, value",
    [
        ("exp 09/28, cvv 123", ["123"]),
        ("CVV2: 9041", ["9041"]),
        ("<td>cryptogramme visuel</td><td>041</td>", ["041"]),
        ("name,cvc\nDurand,123\n", ["123"]),
        ("the 3-digit security code on the back is 123", ["123"]),
        ("le portail s'ouvre avec le code de sécurité 4521", []),
        ("lot CVC 450 000 euros", []),
        ("cvv obligatoire depuis 2021", []),
    ],
)
def test_a_cards_code_stands_behind_its_name(text: str, value: list[str]) -> None:
    assert sure(text, "fin.cvv") == value
