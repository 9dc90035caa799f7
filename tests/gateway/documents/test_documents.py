import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents import DocumentsRefused, Problem, Rendered, load, load_texts, nearest
from gateway.documents.loader import MAX_FILE


def refused(text: str) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        load_texts({"f.yaml": text.encode()})
    return str(caught.value)


def value(text: str):
    return load_texts({"f.yaml": text.encode()}).items[0].value


def test_plain_values_are_what_they_look_like():
    assert value("a: 1\nb: -2.5\nc: true\nd: null\ne: 2027-02-01\nf: [x, 'y']\ng: 1e3") == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": datetime.date(2027, 2, 1),
        "f": ["x", "y"],
        "g": 1000.0,
    }


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "012", "1_000", "0x1f", "12:30:00", ".inf", "=", "NO"])
def test_what_could_be_read_in_two_ways_stays_a_string(word):
    assert value(f"a: {word}") == {"a": word}


def test_quoted_values_stay_strings():
    assert value('a: \'1\'\nb: "true"\nc: "2027-02-01"') == {"a": "1", "b": "true", "c": "2027-02-01"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: a is here twice"),
        ("a:\n\tb: 1", "f.yaml:2:1: a tab: use spaces"),
        ("a: &x [1]\nb: 1", "f.yaml:1:4: anchors and aliases are not supported: write the value out"),
        ("a: *x", "f.yaml:1:4: anchors and aliases are not supported: write the value out"),
        ("a: !!python/object:os.system 1", "f.yaml:1:4: tags (!) are not supported"),
        ("<<: {a: 1}", "f.yaml:1:1: merge keys (<<) are not supported"),
        ("? [a]\n: 1", "f.yaml:1:3: a key must be a plain word"),
        ("true: 1", "f.yaml:1:1: a key can't be true: quote it"),
        ("a: 2027-02-30", "f.yaml:1:4: 2027-02-30 is no day of the calendar"),
        ("- 1", "f.yaml:1:1: a document must be a mapping (key: value)"),
        ("a: " + "[" * 40 + "]" * 40, "f.yaml:1:36: nested deeper than 32 levels"),
        ("\ufeffa: 1", "f.yaml:1:1: a byte order mark: save the file without it"),
        ("a: 1\nb: \x00", "f.yaml:2:4: a control character (U+0000) is not allowed"),
    ],
)
def test_refusals_name_the_place(text, message):
    assert refused(text) == message


@given(st.binary(max_size=80) | st.text("{}[]:,-&*!|>'\"%#?@ \na1~", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(raw):
    try:
        found = load_texts({"f.yaml": raw})
    except DocumentsRefused as refused:
        assert all(p.file == "f.yaml" and p.message for p in refused.problems)
    else:
        assert all(isinstance(d.value, dict) for d in found.items)


def test_a_syntax_error_names_the_place():
    assert refused("a: 1\nb: [1, 2\nc: 3").startswith("f.yaml:3:")


def test_bytes_that_are_not_utf8_are_refused():
    with pytest.raises(DocumentsRefused, match=r"f.yaml:2:5: not UTF-8"):
        load_texts({"f.yaml": "a: 1\nb: é".encode() + b"\xff"})


def test_every_faulty_file_is_named():
    with pytest.raises(DocumentsRefused) as caught:
        load_texts({"a.yaml": b"a: [", "b.yaml": b"b: 1\nb: 2", "c.yaml": b"c: 1"})
    assert [p.file for p in caught.value.problems] == ["a.yaml", "b.yaml"]


def test_a_problem_is_placed_at_its_key_item_or_nearest_parent():
    documents = load_texts({"f.yaml": b"a:\n  b: [1,\n      2]\n---\nc: 3\n"}, label="bundle")
    assert documents.position(("f.yaml", "a", "b")) == ("bundle/f.yaml", 2, 3)
    assert documents.position(("f.yaml", "a", "b", 1)) == ("bundle/f.yaml", 3, 7)
    assert documents.position(("f.yaml", "a", "missing", "deep")) == ("bundle/f.yaml", 1, 1)
    assert documents.position(("f.yaml#2", "c")) == ("bundle/f.yaml", 5, 1)
    assert documents.position(("other.yaml", "c")) == ("other.yaml", 0, 0)
    rendered = documents.render([Problem(("f.yaml#2", "c"), "no"), Problem(("f.yaml", "a"), "not so", "b")])
    assert list(map(str, rendered)) == [
        "bundle/f.yaml:1:1: not so (did you mean b?)",
        "bundle/f.yaml:5:1: no",
    ]


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b.yaml", "sub/a.yml", ".hidden.yaml", ".git/x.yaml", "notes.md"):
        (tmp_path / name).write_text("a: 1")
    documents = load(tmp_path)
    assert [d.name for d in documents.items] == ["b.yaml", "sub/a.yml"]
    assert documents.files == {"b.yaml": b"a: 1", "sub/a.yml": b"a: 1"}


def test_a_suffix_in_capitals_is_read_too(tmp_path: Path):
    (tmp_path / "Rules.YAML").write_text("a: 1")
    assert [d.name for d in load(tmp_path).items] == ["Rules.YAML"]


def test_a_refusal_names_a_hundred_faults_of_a_readable_length():
    files = {f"{number:03}.yaml": b"a: 1\na: 2" for number in range(130)}
    with pytest.raises(DocumentsRefused) as caught:
        load_texts({**files, "000.yaml": b"? " + b"k" * 900 + b"\n: 1\n? " + b"k" * 900 + b"\n: 2"})
    assert len(caught.value.problems) == 101
    assert str(caught.value.problems[-1]) == "100.yaml: and 30 faults more"
    assert len(str(caught.value.problems[0])) < 520


def test_lists_are_read_as_they_are(tmp_path: Path):
    (tmp_path / "words.txt").write_bytes(b"h\xe9lios\n")
    documents = load(tmp_path)
    assert not documents.items
    assert documents.files == {"words.txt": b"h\xe9lios\n"}


def test_links_out_of_the_folder_are_refused_and_links_inside_followed(tmp_path: Path):
    folder = tmp_path / "bundle"
    (folder / "..data").mkdir(parents=True)
    (folder / "..data" / "real.yaml").write_text("a: 1")
    (folder / "in.yaml").symlink_to("..data/real.yaml")
    assert [d.name for d in load(folder).items] == ["in.yaml"]
    (tmp_path / "secret.yaml").write_text("a: 1")
    (folder / "out.yaml").symlink_to("../secret.yaml")
    with pytest.raises(DocumentsRefused, match=r"out.yaml: links out of its folder"):
        load(folder)


def test_large_missing_and_odd_files_are_refused(tmp_path: Path):
    (tmp_path / "big.yaml").write_bytes(b"#" * (MAX_FILE + 1))
    with pytest.raises(DocumentsRefused, match=r"big.yaml: is larger than 1 MiB"):
        load(tmp_path / "big.yaml")
    with pytest.raises(DocumentsRefused, match=r"none.yaml: can't be read: No such file"):
        load(tmp_path / "none.yaml")


def test_nearest_name():
    assert nearest("gpt4o", ["gpt-4o", "claude"]) == "gpt-4o"
    assert nearest("fr.nirr", ["fr.nir", "fr.spi"]) == "fr.nir"
    assert nearest("zzz", ["gpt-4o"]) is None


def test_a_fault_is_one_line_that_no_terminal_and_no_ci_obeys() -> None:
    shown = str(Rendered("a\x1b[2J.yaml", 1, 2, "x\n::error::y\u202e is none of the regions", "é"))
    assert shown == "a\\x1b[2J.yaml:1:2: x\\n::error::y\\u202e is none of the regions (did you mean é?)"
