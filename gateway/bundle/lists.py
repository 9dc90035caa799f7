"""Keywords from a list beside a detector: `keywords: {file: words/helios.txt}`, one a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.documents import Document, Documents, DocumentsRefused, Problem, nearest

MOST_WORDS = 5000


def with_lists(documents: Documents) -> list[Document]:
    """The bundle's detectors, each list that one names put in the place of its name; DocumentsRefused with every fault.

    A list is a file of the bundle (`.txt`, UTF-8): a word or phrase a line; empty lines and those with `#` don't count.
    """
    problems: list[Problem] = []
    found = []
    for document in documents.items:
        if document.value["kind"] != "Detector":
            continue
        keywords = document.value.get("keywords")
        if isinstance(keywords, dict) and "file" in keywords:
            words = _words(documents, document.name, keywords, problems)
            rest = {key: value for key, value in keywords.items() if key != "file"}
            document = replace(document, value={**document.value, "keywords": {**rest, "any": words}})
        found.append(document)
    if problems:
        raise DocumentsRefused(documents.render(problems))
    return found


def _words(documents: Documents, name: str, keywords: Mapping[str, Any], problems: list[Problem]) -> list[str]:
    file = keywords["file"]
    path = (name, "keywords", "file")
    if "any" in keywords:
        problems.append(Problem(path, "goes instead of `any`, not beside it"))
    raw = documents.files.get(file) if isinstance(file, str) else None
    if raw is None:
        lists = [one for one in documents.files if one.endswith(".txt")]
        near = nearest(file, lists) if isinstance(file, str) else None
        problems.append(
            Problem(path, "is no list of this bundle: a file `*.txt`, named from the bundle's folder", near)
        )
        return []
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        problems.append(Problem(path, f"{file} is not UTF-8"))
        return []
    words = [word for line in lines if (word := line.strip()) and not word.startswith("#")]
    problems += [Problem(path, f"{file} {fault}") for fault in _faults(lines, words)]
    return words


def _faults(lines: list[str], words: list[str]) -> list[str]:
    """What is wrong with a list; words are not repeated, they may be confidential."""
    if not words:
        return ["lists no word"]
    if len(words) > MOST_WORDS:
        return [f"lists {len(words)} words, more than {MOST_WORDS}"]
    short = [number for number, line in enumerate(lines, 1) if 0 < len(line.strip()) < 3]
    return [f"line {number}: a keyword needs three letters in a row" for number in short]
