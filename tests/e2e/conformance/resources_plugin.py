"""A pytest plugin for openai-python's own tests: they ask with a key of the gateway, and their outcomes are kept.

Calls that leave the model or the text to the vendor are given one: the gateway has to know who is asked what.

Loaded by `-p` into a pytest of the SDK's own environment; knows nothing of this repository. RESOURCES_KEY: the key.
RESOURCES_OUTCOMES: the file that gets, for each test, [outcome, status, code, what failed]. TEST_API_BASE_URL: theirs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from typing import Any

import openai._constants
import pytest

openai._constants.DEFAULT_MAX_RETRIES = 0  # a failure is told at once, as it was
outcomes: dict[str, list[Any]] = {}
# The mock makes responses, files and batches of one name each; tests that ask for another ask for that one.
OTHER = {"resp_677efb5139a88190b512bc3fef8e535d": "response_id", "input_file_id": "file_id"}
# Tests about what somebody keeps, and what is kept.
KEPT = {
    "tests/api_resources/test_responses.py": ("response",),
    "tests/api_resources/responses/test_input_items.py": ("response",),
    "tests/api_resources/test_files.py": ("file",),
    "tests/api_resources/test_batches.py": ("file", "batch"),
}
LINE = {
    "custom_id": "1",
    "method": "POST",
    "url": "/v1/responses",
    "body": {"model": "gpt-6-astra", "input": "string"},
}
# What calls are given where they leave it to the vendor: members by path.
GIVEN: dict[str, dict[str, str]] = {
    "/responses": {"model": "gpt-6-astra", "input": "string"},
    "/responses/compact": {"input": "string"},
    "/responses/input_tokens": {"model": "gpt-6-astra", "input": "string"},
    "/images/generations": {"model": "gpt-image-1.5"},
    "/images/edits": {"model": "gpt-image-1.5"},
    "/images/variations": {"model": "gpt-image-1.5"},
}


def pytest_configure() -> None:
    """Wraps the one place where the SDK makes requests."""
    from openai._base_client import BaseClient

    made = BaseClient._build_request

    def giving(self: Any, options: Any, **more: Any) -> Any:
        if options.url in GIVEN:
            options.json_data = {**GIVEN[options.url], **(options.json_data or {})}
        for other, one in OTHER.items():
            options.url = options.url.replace(other, one)
        if (options.json_data or {}).get("input_file_id") in OTHER:
            options.json_data = {**options.json_data, "input_file_id": "file_id"}
        return made(self, options, **more)

    BaseClient._build_request = giving  # type: ignore[method-assign]


def pytest_collection_modifyitems() -> None:
    """Their conftest has a key of its own in a variable that its fixtures read."""
    sys.modules["tests.conftest"].api_key = os.environ["RESOURCES_KEY"]  # type: ignore[attr-defined]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a test asks for by name has been made there, by the caller who asks: the gateway knows of nothing else."""
    from openai import OpenAI

    for kind in KEPT.get(item.nodeid.split("::")[0], ()):
        with OpenAI(base_url=os.environ["TEST_API_BASE_URL"], api_key=os.environ["RESOURCES_KEY"]) as client:
            if kind == "response":
                client.responses.create(store=True)
            elif kind == "file":
                client.files.create(file=("batch.jsonl", json.dumps(LINE).encode()), purpose="batch")
            else:
                client.batches.create(completion_window="24h", endpoint="/v1/responses", input_file_id="file_id")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Keeps what the server said where that is what failed."""
    result = yield
    if call.excinfo is not None:
        error = call.excinfo.value
        body = getattr(error, "body", None)
        code = body.get("code") if isinstance(body, dict) else None
        words = str(body.get("message") if isinstance(body, dict) else error)[:300]
        told = (getattr(error, "status_code", None), code, f"{type(error).__name__}: {words}")
        result.get_result().user_properties.append(("told", told))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One outcome a test: of its call, or of what kept it from being called."""
    if report.when == "call" or report.outcome != "passed":
        told = next((value for name, value in report.user_properties if name == "told"), (None, None, ""))
        outcomes[report.nodeid] = [report.outcome, *told]


def pytest_sessionfinish() -> None:
    """Written once."""
    with open(os.environ["RESOURCES_OUTCOMES"], "w") as kept:
        json.dump(outcomes, kept)
