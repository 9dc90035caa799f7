"""Model lists in both families' shapes."""

import orjson

from adapters.dialects.models import ModelCard, model_card, models_list

CARDS = (ModelCard("fast", 0, "ecluse"), ModelCard("grand-é", 1795449993, "ecluse"))


def test_openai_list() -> None:
    page = orjson.loads(models_list("openai", CARDS))
    assert page["object"] == "list"
    assert page["data"][1] == {"id": "grand-é", "object": "model", "created": 1795449993, "owned_by": "ecluse"}


def test_anthropic_list_is_one_complete_page() -> None:
    page = orjson.loads(models_list("anthropic", CARDS))
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("fast", "grand-é", False)
    assert page["data"][0] == {
        "type": "model",
        "id": "fast",
        "display_name": "fast",
        "created_at": "1970-01-01T00:00:00Z",
    }


def test_no_models_is_an_empty_page() -> None:
    assert orjson.loads(models_list("openai", ())) == {"object": "list", "data": []}
    page = orjson.loads(models_list("anthropic", ()))
    assert page == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_one_card_equals_its_place_in_the_list() -> None:
    for family in ("openai", "anthropic"):
        listed = orjson.loads(models_list(family, CARDS))["data"][0]
        assert orjson.loads(model_card(family, CARDS[0])) == listed
