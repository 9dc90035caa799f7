"""`ecluse drill report`: a drill's report made anew from the ledger."""

from pathlib import Path

import orjson

from gateway.config import load_places
from tests.gateway.drills.test_measuring import DRILL


def test_what_cannot_be_read_or_written_is_told(home: Path, ecluse):
    places = load_places(home / "config.yaml")
    folder = places.drills_dir / DRILL.id
    folder.mkdir(parents=True)
    summary = {"drill": DRILL.plain(), "ended": 1130.0, "own": "p_drill", "within": 60.0, "organisation": "acme"}
    (folder / "drill.json").write_bytes(orjson.dumps(summary))
    (home / "taken").write_text("")
    code, _, err = ecluse("drill", "report", DRILL.id)
    assert (code, err) == (1, f"the ledger at {places.ledger_dir} can't be read: No such file or directory\n")
    places.ledger_dir.mkdir()
    code, _, err = ecluse("drill", "report", DRILL.id, "--out", str(home / "taken" / "in"))
    assert (code, err) == (1, f"{home}/taken/in can't be written: Not a directory\n")
