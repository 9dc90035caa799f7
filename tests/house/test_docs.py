"""The documents: links lead somewhere, and what can be configured is named."""

from __future__ import annotations

import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from adapters.registry import DIALECTS, VENDORS
from gateway.cli.main import joined, parser

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


def test_every_page_is_reached_from_the_first_one() -> None:
    start = (ROOT / "README.md").read_text()
    pages = [page for folder in ("howto", "reference", "tools") for page in sorted(ROOT.glob(f"docs/{folder}/**/*.md"))]
    assert not [page.name for page in pages if f"]({page.relative_to(ROOT)})" not in start]


def test_every_vendor_kind_is_in_the_pages_that_people_start_from() -> None:
    pages = "".join((ROOT / "docs" / name).read_text() for name in ("reference/configuration.md", "howto/vendors.md"))
    assert not [kind for kind in VENDORS if kind not in pages]


def test_every_operation_is_in_the_page_on_the_ledger() -> None:
    said = re.search(r"^\| `operation` \| (.+) \|$", (ROOT / "docs/reference/ledger.md").read_text(), re.MULTILINE)
    assert said is not None
    assert {dialect.operation for dialect in DIALECTS.values()} == set(said[1].split(", "))


def test_every_header_of_ours_is_on_its_page() -> None:
    page = (ROOT / "docs/reference/headers.md").read_text()
    sources = [path.read_text() for wing in ("adapters", "gateway") for path in (ROOT / wing).rglob("*.py")]
    named = {name for source in sources for name in re.findall(r"x-ecluse-[a-z-]+", source)}
    assert "x-ecluse-call-id" in named
    assert not [name for name in sorted(named) if f"`{name}`" not in page]


def test_commands_are_written_as_the_command_line_takes_them() -> None:
    """Commands that stand by themselves in a page, up to a comment, a pipe or a redirection."""
    wrong, tried = [], 0
    for page in PAGES:
        for line in page.read_text().splitlines():
            if not line.startswith("    ecluse "):
                continue
            words = joined(shlex.split(re.split(r"  +|\s[#|>&]", line.strip())[0].rstrip("\\"))[1:])
            tried += 1
            try:
                with redirect_stderr(StringIO()) as said, redirect_stdout(StringIO()):
                    parser(words[:1]).parse_args(words)
            except SystemExit as ended:
                wrong += [f"{page.name}: {line.strip()}: {said.getvalue()}"] if ended.code else []
    assert not wrong
    assert tried > 20


def test_commands_for_people_name_what_the_starter_bundle_has() -> None:
    """What operators paste after `make run`: use cases and rules. Names in capitals stand for their own."""
    texts = [path.read_text() for path in (ROOT / "policies" / "starter").glob("*.yaml")]
    known = {name for text in texts for name in re.findall(r"\bid: ([\w.-]+)", text)}
    pages = [path.read_text() for path in sorted(ROOT.glob("docs/howto/**/*.md"))]
    named = {
        name
        for page in pages
        for name in re.findall(r"ecluse (?:stop|start) (?:use-case|rule) (\S+)|--use-case ([^\s`]+)", page)
        for name in name
        if name and not name.isupper()
    }
    assert "hr-letters" in named
    assert not [name for name in named if name not in known and not name.startswith("treatment.C")]


def test_no_page_names_a_registry() -> None:
    """Packages are named, never where they were downloaded from."""
    hosts = ("pypi" + ".org", "registry." + "npmjs", "deb." + "debian")
    files = [*PAGES, *ROOT.glob("requirements/*"), ROOT / "pyproject.toml", ROOT / ".ci/run", ROOT / "Makefile"]
    assert not [f"{p.name}: {host}" for p in files for host in hosts if host in p.read_text()]
