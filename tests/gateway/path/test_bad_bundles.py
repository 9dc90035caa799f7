"""Bundles that somebody got wrong: each is refused whole, with its place, and calls go on under the one in force.

The files are in `bad_bundles`; what would be too large or too odd to keep is made here.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.documents.loader import MAX_FILES
from tests.conftest import House

FOLDER = Path(__file__).parent / "bad_bundles"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
NAME = "bad.yaml"

# What is said of each file, behind its name; in `a_name` the first fault of several stands in another file.
SAID = {
    "a_list": "1:1: a document must be a mapping",
    "aliases": "4:8: anchors and aliases are not supported",
    "allow_by_data_class": '11:12: must be <= or < and a data class, in quotes ("<=C2")',
    "allow_by_finding": "6:12: what stands in a text can't permit a call",
    "allow_by_host": "6:12: hosts is written by the caller: it can't permit a call",
    "allow_by_label": "6:12: labels is what the caller says about itself: it can't loosen a ruling",
    "allow_by_size": "6:12: size is what the caller says about itself: it can't loosen a ruling",
    "allow_by_tool": "6:12: tools is written by the caller: it can't permit a call",
    "bare_number": '7:38: must be >= or > and a number, in quotes, such as ">=1"',
    "byte_order_mark": "1:1: a byte order mark: save the file without it",
    "contract_without_end": "10:1: expires is empty",
    "cut_short_after_when": "7:5: when is empty",
    "cut_short_in_a_quote": "10:31: not YAML",
    "cut_short_in_a_word": "9:5: must be one of allow, warn",
    "day_that_is_none": "11:19: 2027-02-30 is no day of the calendar",
    "detector_switched_off": "2:7: detector fin.iban is switched off, and",
    "detector_without_proof": "4:18: the detector doesn't find this example",
    "exception_by_label": "14:11: labels is what the caller says or sends: it can't loosen a ruling",
    "exception_from_a_rule_that_stays": "12:13: own-rule can't be lifted: it isn't overridable: true",
    "exception_of_no_rule": "12:13: own-rul is no rule (did you mean own-rule?)",
    "fewer_findings": "7:38: must be >= or > and a number",
    "key_twice": "10:5: action is here twice",
    "merge_key": "10:5: merge keys (<<) are not supported",
    "nested_too_deep": "5:36: nested deeper than 32 levels",
    "no_kind": "1:1: kind is required",
    "not_utf8": "3:9: not UTF-8",
    "not_yaml": "7:35: not YAML",
    "nul_bytes": "10:1: a control character (U+0000) is not allowed",
    "pattern_of_nothing": "7:27: a pattern of detectors is a prefix and one *",
    "pattern_without_end": "4:6: has no longest match",
    "rule_of_another_file": "9:5: there is a rule secrets-stay-home already, in bad.yaml",
    "rule_twice": "10:5: there is a rule own-rule already",
    "tab": "9:1: a tab: use spaces",
    "tag": "9:13: tags (!) are not supported",
    "typo_in_a_key": "9:5: unknown key actoin (did you mean action?)",
    "typo_in_a_value": "9:5: must be one of allow, warn, pseudonymise, redact, reroute, repair, deny (did you mean de",
    "unknown_detector": "7:27: fin.ibna is none of the detectors (did you mean fin.iban?)",
    "unknown_kind": "1:1: there is no kind EgressPolcy (did you mean EgressPolicy?)",
    "unknown_permitted": "2:58: an unknown destination is always denied",
    "unknown_region": "8:34: ue is none of the regions",
    "unknown_team": "9:15: finanse is none of the teams",
    "unless_finding": "10:14: findings is what the caller says or sends: it can't loosen a ruling",
    "unless_label": "10:14: labels is what the caller says about itself: it can't loosen a ruling",
    "unless_not_label": "9:7: labels is what the caller says about itself: it can't be asked with not_in",
    "unless_tool": "10:14: tools is what the caller says or sends: it can't loosen a ruling",
    "utf16": "1:1: not UTF-8",
}
# Faults that are told at another file of the bundle.
ELSEWHERE = {"rule_of_another_file": "secrets.yaml"}


async def reloaded(house: House) -> httpx.Response:
    control = house.gateway.runtime.epoch.pair.settings.control_socket
    transport = httpx.AsyncHTTPTransport(uds=str(control))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
        return await client.post("/reload")


async def refused(house: House) -> list[str]:
    """What a reload is refused with, calls being judged as before."""
    before = house.gateway.runtime.epoch.pair.revision
    told, answer = await asyncio.gather(reloaded(house), house.chat(f"IBAN {IBAN}"))
    assert told.status_code == 422, told.text
    assert told.json()["revision"] == house.gateway.runtime.epoch.pair.revision == before
    again = await house.chat(f"Le compte {IBAN}")
    assert [a.status_code for a in (answer, again)] == [200, 200], f"{answer.text} {again.text}"
    assert all(IBAN not in one.body.decode() for one in house.received)
    assert "[redacted: fin.iban]" in list(house.received)[-1].body.decode()
    return list(told.json()["refused"].splitlines())


def test_every_file_is_tried() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {*SAID}


async def test_each_is_refused_with_its_place_and_the_bundle_in_force_stays(house: House) -> None:
    bundle = house.folder / "bundle"
    wrong = {}
    for name, said in SAID.items():
        shutil.copy(FOLDER / f"{name}.yaml", bundle / NAME)
        lines = await refused(house)
        place = f"{bundle}/{ELSEWHERE.get(name, NAME)}:{said}"
        if not any(line.startswith(place) for line in lines):
            wrong[name] = lines
    assert not wrong
    (bundle / NAME).unlink()
    assert (await reloaded(house)).status_code == 200
    assert "accepted" in await house.metrics()


def linked(bundle: Path) -> None:
    (bundle.parent / "secret.yaml").write_text("kind: Defaults\n")
    (bundle / NAME).symlink_to("../secret.yaml")


def linked_to_itself(bundle: Path) -> None:
    (bundle / NAME).symlink_to(NAME)


def folder_linked(bundle: Path) -> None:
    (bundle / "more").symlink_to("/etc")


def pipe(bundle: Path) -> None:
    os.mkfifo(bundle / NAME)


def device(bundle: Path) -> None:
    (bundle / NAME).symlink_to("/dev/zero")


def large(bundle: Path) -> None:
    with (bundle / NAME).open("wb") as file:
        file.truncate(100 << 20)


def many(bundle: Path) -> None:
    for number in range(10_000):
        (bundle / f"{number}.yaml").touch()


def odd_name(bundle: Path) -> None:
    (bundle / "a\nb.yaml").write_text("kind: Defaults\n")


def no_text(bundle: Path) -> None:
    (Path(os.fsdecode(bytes(bundle) + b"/\xff.yaml"))).write_text("kind: Defaults\n")


ODD: dict[Callable[[Path], None], str] = {
    linked: "bad.yaml: links out of its folder",
    linked_to_itself: "bad.yaml: can't be read",
    folder_linked: "more: ",
    pipe: "bad.yaml: is not a file",
    device: "bad.yaml: links out of its folder",
    large: "bad.yaml: is larger than 1 MiB",
    many: f"bundle: more than {MAX_FILES} files",
    odd_name: "b.yaml: has a name with characters that can't be shown",
    no_text: ".yaml: has a name with characters that can't be shown",
}


async def test_what_is_no_text_file_is_refused_without_being_read(house: House) -> None:
    bundle, kept = house.folder / "bundle", house.folder / "kept"
    shutil.copytree(bundle, kept)
    for make, said in ODD.items():
        make(bundle)
        lines = await refused(house)
        assert any(said in line for line in lines), (make.__name__, lines)
        assert len(lines) < 5
        shutil.rmtree(bundle)
        shutil.copytree(kept, bundle)
    assert (await reloaded(house)).status_code == 200


async def test_a_checkout_cut_short_anywhere_is_refused_or_whole(house: House) -> None:
    """A file that is written while it is read ends somewhere: what is left is whole, or refused."""
    bundle = house.folder / "bundle"
    whole = (bundle / "secrets.yaml").read_text()
    for cut in range(1, len(whole), len(whole) // 12):
        (bundle / "secrets.yaml").write_text(whole[:cut])
        told = await reloaded(house)
        assert told.status_code in (200, 422)
        if told.status_code == 422:
            assert f"{bundle}/secrets.yaml:" in told.json()["refused"]
        assert (await house.chat(f"IBAN {IBAN}")).status_code == 200
        assert IBAN not in list(house.received)[-1].body.decode()
    (bundle / "secrets.yaml").write_text(whole)
    assert (await reloaded(house)).status_code == 200


POLICY = "kind: EgressPolicy\npolicy: own\nowner: me\nrules:\n"
BOMBS = {
    "documents": "kind: X\n---\n" * 80_000,
    "values": "kind: EgressPolicy\nrules: [" + "1," * 500_000 + "]\n",
    "names": POLICY + " - {id: r, action: deny, when: {findings: {any_of: [" + "fin.ibna," * 100_000 + "]}}}\n",
    "keys": POLICY + " - {id: r, action: deny}\n" + "".join(f"owner{n}: 1\n" for n in range(50_000)),
    "ids": POLICY + " - {id: r, action: deny}\n" * 30_000,
    "lifts": POLICY + " - {id: r, action: deny}\nexceptions: [{id: e, lifts: [" + "rr, " * 100_000 + "]}]\n",
    "nesting": "kind: EgressPolicy\nrules: " + "[" * 1_000_000,
    "mappings": "kind: EgressPolicy\nrules: " + "{a: " * 200_000,
    "a name": POLICY + f" - {{id: r, action: deny, when: {{findings: {{any_of: [{'fin.ibna' * 100_000}]}}}}}}\n",
    "a key": "? " + "k" * 900_000 + "\n: 1\n",
    "laughs": "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n",
}
SECONDS, BYTES = 60, 1 << 30


def bounded() -> None:
    """In the child: processor time and memory that a few large files may take, generously."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


@pytest.mark.parametrize("bomb", BOMBS)
def test_large_files_are_refused_within_bounds(bomb: str, tmp_path: Path) -> None:
    """Several such files of a megabyte each; what is told of them can be read."""
    (tmp_path / "bundle").mkdir()
    (tmp_path / "vocabulary.yaml").write_text("kind: Vocabulary\n")
    for number in range(4):
        text = BOMBS[bomb].replace("policy: own", f"policy: own{number}").replace("id: r,", f"id: r{number},")
        (tmp_path / "bundle" / f"{number}.yaml").write_text(text[: (1 << 20) - 16])
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "policy", "check", "--vocabulary", "vocabulary.yaml"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, preexec_fn=bounded,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr[-1000:]
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert 0 < len(lines) <= 110
    assert all(len(line) < 1000 for line in lines)
    assert any("bundle/" in line for line in lines)
