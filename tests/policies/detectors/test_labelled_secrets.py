"""Secrets of the shipped catalogue on labelled data, at the design's figures; the data is not part of the project."""

from __future__ import annotations

from typing import Any

from test_labelled_data import rows, sure

Span = tuple[int, int]


def credentials(text: str) -> list[Any]:
    return [one for one in sure(text) if one.detector.startswith("secret.") or one.detector == "net.url_creds"]


def test_vendor_fixtures() -> None:
    data = rows("secrets.jsonl")
    hits = [bool(credentials(row["text"])) for row in data if row["secret"]]
    others = [bool(credentials(row["text"])) for row in data if not row["secret"]]
    assert sum(hits) / len(hits) >= 0.99
    assert sum(others) / len(others) <= 0.05


def spans(row: dict[str, Any]) -> list[tuple[int, int, str]]:
    starts = [0]
    for line in row["text"].split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    placed = [one for one in row["labels"] if one["offsets_ok"]]
    return [
        (starts[one["line"] - 1] + one["start"], starts[one["line"] - 1] + one["end"], one["rule"]) for one in placed
    ]


def covers(finding: Any, start: int, end: int) -> bool:
    return bool(2 * (min(end, finding.end) - max(start, finding.start)) >= end - start)


def test_credentials_in_files() -> None:
    wanted: list[bool] = []
    passwords: list[bool] = []
    right: list[bool] = []
    for row in rows("credentials_in_files.jsonl"):
        found = credentials(row["text"])
        labels = spans(row)
        for start, end, rule in labels:
            hit = any(covers(one, start, end) for one in found)
            wanted.append(hit)
            passwords += [hit] if "assword" in rule else []
        right += [
            any(covers(one, start, end) or start <= one.start < one.end <= end for start, end, _ in labels)
            for one in found
        ]
    assert sum(wanted) / len(wanted) >= 0.75
    assert sum(passwords) / len(passwords) >= 0.6
    assert sum(right) / len(right) >= 0.85
