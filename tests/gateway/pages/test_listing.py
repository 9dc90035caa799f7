"""What is kept of an object for its caller's list: numbers and closed words, nothing that anybody wrote."""

from __future__ import annotations

from gateway.pages.listing import facts_of


def test_only_numbers_and_closed_words_are_kept() -> None:
    said = {
        "id": "file-1", "object": "file", "bytes": 5, "created_at": 7, "filename": "canary.jsonl", "purpose": "batch",
        "status": "processed", "expires_at": "canary", "status_details": "canary", "endpoint": "/v1/canary canary",
        "metadata": {"a": "canary"}, "errors": {"data": [{"message": "canary"}]}, "input_file_id": "can ary",
        "request_counts": {"total": 3, "completed": "canary", "canary": 1}, "completed_at": True,
    }  # fmt: skip
    assert facts_of(said) == {
        "object": "file", "bytes": 5, "created_at": 7, "purpose": "batch", "status": "processed",
        "request_counts": {"total": 3},
    }  # fmt: skip
