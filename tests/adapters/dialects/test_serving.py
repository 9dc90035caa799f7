"""How a request asks to be served: what changes its price, and how many answers it wants."""

import json

import pytest

from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_completions import OpenAICompletions
from adapters.dialects.openai_requests import token_limit
from adapters.dialects.serving import answers, kept_for_hours, service
from adapters.errors import BodyRefused
from adapters.wire.body import Document


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, ""),
        ({"service_tier": None, "speed": None}, ""),
        ({"service_tier": "auto"}, ""),
        ({"service_tier": "flex"}, ""),
        ({"service_tier": "priority"}, "priority"),
        ({"speed": "fast", "inference_geo": "us"}, "fast+us"),
        ({"service_tier": ["priority"]}, "?"),
        ({"service_tier": "warp"}, "warp"),
    ],
)
def test_the_words_of_a_service(value: dict, words: str):
    assert service(value) == words


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ({}, 1),
        ({"n": 3}, 3),
        ({"n": 2, "best_of": 5}, 5),
        ({"n": True}, 1),
        ({"n": 0}, 1),
        ({"n": "4"}, 4),
        ({"prompt": "a"}, 1),
        ({"prompt": ["a", "b"], "n": 2}, 4),
        ({"prompt": [1, 2, 3]}, 1),
        ({"prompt": [[1, 2], [3]]}, 2),
        ({"prompt": []}, 1),
    ],
)
def test_how_many_answers(value: dict, count: int):
    assert answers(value) == count


@pytest.mark.parametrize("count", ["100", 100.0, True, [100]])
@pytest.mark.parametrize("name", ["n", "best_of"])
def test_a_number_of_answers_that_servers_may_read_in_another_way_is_refused(name: str, count: object):
    body = {"model": "m", "prompt": "x", "messages": [{"role": "user", "content": "x"}], name: count}
    for dialect in (OpenAIChat(), OpenAICompletions()):
        with pytest.raises(BodyRefused):
            dialect.parse(Document.parse(json.dumps(body).encode()))


def test_kept_for_hours():
    assert kept_for_hours({"prompt_cache_retention": "24h"})
    assert not kept_for_hours({"prompt_cache_retention": "in_memory"}) and not kept_for_hours({})


def test_of_two_limits_on_output_the_larger_counts():
    assert token_limit({"max_tokens": 10, "max_completion_tokens": 99}, "max_completion_tokens", "max_tokens") == 99
    assert token_limit({}, "max_tokens") is None
