"""A house whose bundle holds a test's own rules and nothing of the starter's but contracts and use cases."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

from gateway.bundle.bundle import STARTER
from tests.conftest import CONFIG, configured

DEFAULTS = "kind: Defaults\nwhen_no_rule_matches: {internal: allow, external: allow, unknown: deny}\n"


def bare(folder: Path, *, config: str = CONFIG, defaults: str = DEFAULTS, **rules: str) -> Path:
    """The bundle's folder; rules: documents by the name of their file."""
    bundle = folder / "bundle"
    bundle.mkdir(parents=True)
    for name in ("contracts.yaml", "use_cases.yaml"):
        copyfile(STARTER / name, bundle / name)
    for name, text in {"defaults": defaults, **rules}.items():
        (bundle / f"{name}.yaml").write_text(text)
    configured(folder, config)
    return bundle
