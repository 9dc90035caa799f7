"""A bundle opened without its configuration is the same bundle."""

from pathlib import Path

import pytest

from gateway.bundle.pair import load_pair
from gateway.bundle.vocabulary import described
from gateway.bundle.workspace import with_configuration, with_vocabulary
from gateway.cli.main import main
from gateway.documents import DocumentsRefused, dump


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    home = tmp_path / "ecluse"
    pair = load_pair(home / "config.yaml")
    (home / "vocabulary.yaml").write_text(dump(described(pair.settings, pair.urls)))
    return home


def test_a_vocabulary_stands_in_for_the_configuration(home: Path):
    whole = with_configuration(home / "config.yaml")
    alone = with_vocabulary(home / "vocabulary.yaml", home / "bundle")
    assert alone.bundle.revision == whole.bundle.revision
    assert alone.policies.revision == whole.policies.revision
    assert alone.names == whole.names
    assert alone.settings is None
    assert alone.models.keys() == whole.models.keys()
    for name, destination in whole.destinations.items():
        other = alone.destinations[name]
        assert (other.vendor, other.model, other.region, other.trust, other.retention_days, other.known) == (
            destination.vendor, destination.model, destination.region, destination.trust, destination.retention_days,
            destination.known,
        )  # fmt: skip


def test_another_bundle_under_the_same_configuration(home: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    for file in (home / "bundle").glob("*.yaml"):
        (other / file.name).write_text(file.read_text())
    (other / "defaults.yaml").write_text(
        "kind: Defaults\nwhen_no_rule_matches: {internal: allow, external: deny, unknown: deny}\n"
    )
    assert with_configuration(home / "config.yaml", other).policies.external is False
    assert with_configuration(home / "config.yaml").policies.external is True


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "contract: alpha-us",
            "contract: alpha-uk",
            "there is no contract alpha-uk in the bundle (did you",
        ),
        ("vendor: alpha", "vendor: alhpa", "there is no vendor alhpa (did you mean alpha?)"),
        ("destinations: [internal/maison]", "destinations: [internal/masion]", "did you mean internal/maison?"),
        ("kind: Vocabulary", "kind: Vocabulaire", "must be Vocabulary"),
        ("teams:", "taems:", "there is no setting taems here (did you mean teams?)"),
    ],
)
def test_a_wrong_vocabulary_is_refused_with_its_place(home: Path, old: str, new: str, said: str):
    file = home / "vocabulary.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(DocumentsRefused) as caught:
        with_vocabulary(file, home / "bundle")
    assert str(caught.value).startswith(f"{file}:") and said in str(caught.value)


def test_a_vocabulary_holds_no_credentials_of_addresses(home: Path):
    pair = load_pair(home / "config.yaml")
    urls = dict(pair.urls, alpha="https://anne:secret-word@API.example.org:8443/v1?token=secret-word")
    written = dump(described(pair.settings, urls))
    assert "host: api.example.org" in written
    assert "secret-word" not in written and "anne" not in written and "8443" not in written
