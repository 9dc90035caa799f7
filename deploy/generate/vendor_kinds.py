"""The reference of vendor kinds, made from the registry.

`python -m deploy.generate.vendor_kinds > docs/reference/vendors.md` renews the page; a test compares them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from adapters.registry import VENDORS
from adapters.vendors.base import VendorKind

_HEAD = """\
# Vendor kinds

Made from the registry by `python -m deploy.generate.vendor_kinds`; a test compares the two.

`vendors.*.kind` in the [configuration](configuration.md#vendors) says how a vendor is spoken to. Where the table has
no base URL the configuration must give one; a base URL of your own always goes before. A model is reached by callers of
the dialects that one of its vendors speaks, and by those of the others that are [translated](translation.md). How to
set vendors up: [vendors and clouds](../howto/vendors.md).

| kind | base URL | dialects |
|---|---|---|"""

_OPTIONS = """
## Options

What a kind takes under `vendors.*.options`; the others take none.

| kind | option | what |
|---|---|---|"""

_FORMS = """
## Forms of their own

Where a vendor's form of a dialect differs, a request is changed after everything else was decided and done to it, by
edits of the kind `vendor_form`, which the record counts. Members that would send a text on to somebody whom the caller
chose (another model, provider, plugin or host at that vendor) are left out.

| kind | dialects | what differs |
|---|---|---|"""


def page() -> str:
    """The page, as Markdown."""
    kinds = VENDORS.values()
    lines = [_HEAD, *(_row(kind) for kind in kinds), _OPTIONS]
    lines += [f"| `{k.kind}` | `{option.name}` | {option.line} |" for k in kinds for option in k.options]
    lines += [_FORMS, *(form for kind in kinds for form in _forms(kind))]
    return "\n".join(lines) + "\n"


def _row(kind: VendorKind) -> str:
    base = f"`{kind.default_base_url}`" if kind.default_base_url else ""
    return f"| `{kind.kind}` | {base} | {_names(kind.dialects)} |"


def _forms(kind: VendorKind) -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for dialect, envelope in kind.envelopes.items():
        told.setdefault(envelope.told(), []).append(dialect)
    return (f"| `{kind.kind}` | {_names(dialects)} | {what} |" for what, dialects in told.items())


def _names(names: list[str] | frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    sys.stdout.write(page())
