"""What a caller is told of a limit without room."""

import pytest

from gateway.quota.units import Exceeded
from gateway.quota.words import exceeded_words, limit, money, stops


def exceeded(unit: str = "cost", window: str = "month", *, hopeless: bool = False, end: float | None = 1_798_761_600.0):
    amount = 700_000_000 if hopeless else 300_000_000
    return Exceeded("team", unit, window, 500_000_000, 60.0, hopeless, 499_900_000, amount, end)


def test_a_budget_says_how_much_is_used_and_when_it_begins_anew():
    said = exceeded_words(exceeded(), "EUR")
    assert said["en"] == (
        "The quota of this team has no room for this call: 500.00 EUR a month, of which 499.90 EUR are used or held. "
        "This call may need 300.00 EUR. It begins anew at 2027-01-01 00:00:00 UTC."
    )
    assert "500,00 EUR par mois, dont 499,90 EUR utilisés ou réservés" in said["fr"]
    assert "Il repart à zéro le 2027-01-01 00:00:00 UTC." in said["fr"]


def test_a_call_that_states_no_maximum_is_told_what_it_may_need():
    refused = Exceeded("team", "tokens", "day", 20_000, 60.0, False, 16_034, 4_181, 1_798_761_600.0)
    said = exceeded_words(refused, "EUR", unstated=True)
    assert "This call may need 4,181 tokens; state a maximum (such as max_tokens) to need less. It begins" in said["en"]
    assert "Cet appel peut demander 4 181 jetons ; indiquez un maximum (max_tokens, par exemple)" in said["fr"]
    assert "state a maximum" not in exceeded_words(refused, "EUR")["en"]


def test_a_call_that_never_fits_is_told_so():
    said = exceeded_words(exceeded(hopeless=True), "EUR")
    assert "may need 700.00 EUR, so it can never be served" in said["en"] and "ne passera jamais" in said["fr"]


def test_requests_are_feminine_in_french():
    said = exceeded_words(Exceeded("user", "requests", "minute", 600, 30.0, False, 600, 1), "EUR")
    assert "dont 600 requêtes utilisées ou réservées." in said["fr"]


def test_calls_at_once_have_no_window():
    said = exceeded_words(Exceeded("use_case", "concurrent", "minute", 3, 1.0, False, 3, 1), "EUR")
    assert said["en"].startswith("The quota of this use case has no room for this call: 3 concurrent calls, of which")
    assert "anew" not in said["en"] and "minute" not in said["en"]


@pytest.mark.parametrize(
    ("unit", "window", "hopeless", "stop"),
    [
        ("cost", "month", False, True),
        ("tokens", "day", False, True),
        ("tokens", "minute", False, False),
        ("tokens", "minute", True, True),
        ("concurrent", "day", False, False),
    ],
)
def test_when_trying_again_is_of_no_use(unit: str, window: str, hopeless: bool, stop: bool):
    assert stops(exceeded(unit, window, hopeless=hopeless)) is stop


def test_amounts():
    assert money(1_234_567_890, "EUR") == "1,234.57 EUR"
    assert money(150, "USD") == "0.000150 USD"
    assert money(20_000, "USD") == "0.02 USD"
    assert limit(1_000, "input", "day", "USD") == {
        "en": "1,000 input tokens a day",
        "fr": "1 000 jetons en entrée par jour",
    }
