"""The reference of vendor kinds is what the registry says."""

from __future__ import annotations

from pathlib import Path

from adapters.registry import VENDORS
from deploy.generate.vendor_kinds import page


def test_the_page_is_made_from_the_registry() -> None:
    """Renew it with `python -m deploy.generate.vendor_kinds > docs/reference/vendors.md`."""
    file = Path(__file__).parents[2] / "docs/reference/vendors.md"
    assert file.read_text() == page()


def test_it_names_every_kind_with_its_options() -> None:
    told = page()
    for kind in VENDORS.values():
        assert f"| `{kind.kind}` |" in told
        assert all(f"| `{kind.kind}` | `{option.name}` |" in told for option in kind.options)
