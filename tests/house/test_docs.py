"""The documents: links lead somewhere, and what can be configured is named."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.registry import VENDORS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/**/*.md"))


def test_relative_links_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not dead


def test_every_vendor_kind_and_its_options_are_documented() -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text()
    missing = [kind for kind in VENDORS if kind not in page]
    missing += [f"{kind}.{o.name}" for kind, row in VENDORS.items() for o in row.options if o.name not in page]
    assert not missing


def test_no_page_names_a_registry() -> None:
    """Packages are named, never where they were downloaded from."""
    hosts = ("pypi" + ".org", "registry." + "npmjs", "deb." + "debian")
    files = [*PAGES, *ROOT.glob("requirements/*"), ROOT / "pyproject.toml", ROOT / ".ci/run", ROOT / "Makefile"]
    assert not [f"{p.name}: {host}" for p in files for host in hosts if host in p.read_text()]
