"""Results of tests as JUnit XML, which CI systems show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from gateway.documents import Rendered


class Checked(NamedTuple):
    """One thing that was checked. suite: what kind of thing. faults: what is wrong with it, empty where all is well."""

    suite: str
    file: str
    name: str
    faults: Sequence[Rendered] = ()


def junit(checks: Sequence[Checked]) -> str:
    """The whole file: one suite for each kind of check."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for suite in dict.fromkeys(check.suite for check in checks):
        own = [check for check in checks if check.suite == suite]
        failures = sum(bool(check.faults) for check in own)
        lines.append(f'<testsuite name={_quoted(suite)} tests="{len(own)}" failures="{failures}">')
        lines += map(_case, own)
        lines.append("</testsuite>")
    return "\n".join((*lines, "</testsuites>\n"))


def _case(check: Checked) -> str:
    head = f"<testcase classname={_quoted(check.file)} name={_quoted(check.name)}"
    if not check.faults:
        return f"{head}/>"
    return head + ">" + "".join(f"<failure message={_quoted(str(f))}/>" for f in check.faults) + "</testcase>"


def _quoted(text: str) -> str:
    """As a value of an attribute; characters that XML has no way to write are left out."""
    kept = "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    return quoteattr(kept)
