"""config.example.yaml works as it is, shows every setting with a line of explanation, and its commented parts work."""

import dataclasses
import re
from pathlib import Path

import pytest

from gateway.bundle.contracts import Contract
from gateway.bundle.detection import Detection
from gateway.bundle.use_cases import UseCase
from gateway.config import SETTINGS, read_settings
from gateway.config.table import rows
from gateway.documents import load, load_texts
from tests.gateway.tls.papers import Authority

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.yaml"
PAGE = ROOT / "docs" / "reference" / "configuration.md"
ENVIRON = {"OPENAI_API_KEY": "a", "AZURE_OPENAI_KEY": "b", "VLLM_KEY": "c", "GEMINI_API_KEY": "e", "AWS_KEYS": "f:g"}


@pytest.mark.parametrize("path", [row.path for row in SETTINGS])
def test_every_setting_is_shown_and_explained(path):
    document = load(EXAMPLE).items[0]
    lines = document_lines()
    wanted = path.replace(".*.", ".\0.").replace("[].", ".\0.").split(".")
    places = [
        place
        for found, place in document.places.items()
        if len(found) == len(wanted) and all(w in ("\0", str(f)) for w, f in zip(wanted, found, strict=True))
    ]
    assert places, f"{path} is missing from config.example.yaml"
    line = lines[min(places)[0] - 1]
    above = lines[min(places)[0] - 2]
    assert " # " in line or above.lstrip().startswith("# "), f"{path} has no explanation"


def document_lines() -> list[str]:
    return EXAMPLE.read_text("utf-8").splitlines()


def test_the_example_is_accepted_and_shows_defaults_as_they_are():
    found = read_settings(load(EXAMPLE), ROOT, {})
    assert set(found.vendors) == {"alpha", "beta", "internal"}
    bare = read_settings(load_texts({"config.yaml": b"organisation: x"}), ROOT, {})
    assert (found.limits, found.ledger, found.server, found.state_dir, found.reserve_output) == (
        bare.limits,
        bare.ledger,
        bare.server,
        bare.state_dir,
        bare.reserve_output,
    )
    assert dataclasses.replace(found.vendors["alpha"], name="beta") == found.vendors["beta"]


def test_the_commented_vendors_work_when_uncommented(tmp_path):
    secret = tmp_path / "anthropic"
    secret.write_text("d")
    text = re.sub(r"(?m)^# (?=  )", "", EXAMPLE.read_text("utf-8")).replace("/run/secrets/anthropic", str(secret))
    authorities = tmp_path / "internal-ca.pem"
    authorities.write_bytes(Authority().own.alone)
    text = text.replace("/etc/ssl/internal-ca.pem", str(authorities))
    found = read_settings(load_texts({"config.yaml": text.encode()}), tmp_path, ENVIRON)
    assert {"openai", "anthropic", "gemini", "azure", "vllm", "ollama"} <= set(found.vendors)
    assert {"openai/gpt-4o", "anthropic/sonnet", "azure/gpt-4o", "vllm/qwen", "ollama/llama"} <= set(found.destinations)


def test_every_setting_is_on_the_reference_page():
    page = PAGE.read_text("utf-8")
    for row in (*SETTINGS, *rows(Contract), *rows(UseCase), *rows(Detection)):
        line = f"| `{row.path}` | {row.kind.replace('|', chr(92) + '|')} | {row.default or 'none'} | {row.help} |"
        assert line in page, f"docs/reference/configuration.md lacks: {line}"
