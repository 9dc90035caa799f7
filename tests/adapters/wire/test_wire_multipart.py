"""Forms: read in one way only, whatever stands in them, and edited without another end of a part."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import BodyRefused
from adapters.wire.body import replace_string, replace_text
from adapters.wire.form import Form
from adapters.wire.multipart import boundary_of, parts

KIND = "multipart/form-data; boundary=abc"
NAMES = st.text("abcdefghij_[]", min_size=1, max_size=12).filter(lambda name: not name.endswith("[]"))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
FILES = st.tuples(st.text("aé .-%'", min_size=1, max_size=9), st.binary(max_size=60))


def field(name: str, text: str) -> bytes:
    return f'--abc\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()


def file(name: str, filename: str, raw: bytes, mime: str = "text/plain") -> bytes:
    head = (
        f'--abc\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {mime}\r\n\r\n'
    )
    return head.encode() + raw + b"\r\n"


END = b"--abc--\r\n"
NAMED = b'--abc\r\nContent-Disposition: form-data; name="a"'


@given(st.dictionaries(NAMES, TEXTS | FILES, min_size=1, max_size=6))
def test_what_is_written_is_read_and_others_read_the_same(fields: dict[str, str | tuple[str, bytes]]) -> None:
    raw = b"".join(field(n, v) if isinstance(v, str) else file(n, *v) for n, v in fields.items()) + END
    try:
        form = Form.read(raw, KIND)
    except BodyRefused as refused:
        assert refused.code in ("bad_multipart", "duplicate_key")
        return
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {KIND}\r\n\r\n".encode() + raw)
    theirs = {str(part.get_param("name", header="content-disposition")): part for part in message.iter_parts()}
    assert theirs.keys() == form.value.keys() == fields.keys()
    for name, value in fields.items():
        if isinstance(value, str):
            assert form.value[name] == value
            start, end = form.value_span((name,))
            assert raw[start:end] == value.encode()
        else:
            assert form.content((name,)) == value[1]
            assert form.value[name]["filename"] == value[0]
    for leaf in form.leaves:
        if leaf.kind == "string":
            assert raw[leaf.start : leaf.end].decode() == leaf.text


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_bent_bodies_are_refused_or_read(noise: bytes, at: int, length: int) -> None:
    whole = field("model", "m") + file("file", "a.txt", b"one\r\ntwo") + END
    bent = whole[:at] + noise[:length] + whole[at + len(noise) // 3 :]
    try:
        found = parts(bent, b"abc")
    except BodyRefused:
        return
    assert bent.count(b"--abc") == len(found) + 1


@given(TEXTS, TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_an_edit_changes_nothing_else(text: str, new: str, one: int, other: int) -> None:
    raw = field("model", "m") + field("prompt", text) + END
    if raw.count(b"--abc") != 3:
        return
    form = Form.read(raw, KIND)
    first, last = sorted((min(one, len(text)), min(other, len(text))))
    leaf = next(leaf for leaf in form.leaves if leaf.path == ("prompt",) and leaf.kind == "string")
    try:
        made = form.spliced([replace_text(form, leaf, first, last, new, "transformation"),
                             replace_string(form, ("model",), "theirs", "model_alias")])  # fmt: skip
    except ValueError:
        return
    read = Form.read(made, KIND)
    assert read.value["model"] == "theirs"
    clean = new.translate({ord(c): "_" for c in '"\\\r\n'})
    assert read.value["prompt"] == text[:first] + clean + text[last:]


def test_a_long_text_is_edited_in_thousands_of_places() -> None:
    text = ("é" * 40 + "@") * 30_000
    form = Form.read(field("prompt", text) + END, KIND)
    leaf = next(leaf for leaf in form.leaves if leaf.text == text)
    edits = [replace_text(form, leaf, at, at + 1, "x", "transformation") for at in range(40, len(text), 41)]
    assert Form.read(form.spliced(edits), KIND).value == {"prompt": text.replace("@", "x")}


BAD = {
    "a preamble": b"hello\r\n" + field("a", "b") + END,
    "an epilogue": field("a", "b") + END + b"hello",
    "no end": field("a", "b"),
    "line feeds only": (field("a", "b") + END).replace(b"\r\n", b"\n"),
    "a boundary in a content": field("a", "x --abc y") + END,
    "a boundary after a bare line feed": field("a", "x\n--abc\r\nContent-Disposition: form-data; name=c\r\n\r\nd")
    + END,
    "a longer boundary": field("a", "b") + b"--abcdef\r\n\r\nx\r\n" + END,
    "a name twice": field("a", "b") + field("a", "c") + END,
    "a name twice, in other letters": field("model", "b") + field("MODEL", "c") + END,
    "two names": NAMED + b'; name="b"\r\n\r\nx\r\n' + END,
    "two names of a file": NAMED + b"; filename=\"b\"; filename*=utf-8''c\r\n\r\nx\r\n" + END,
    "a backslash in a name": file("a", 'b\\"; name=\\"c', b"x") + END,
    "a folded line": b'--abc\r\nContent-Disposition: form-data;\r\n name="a"\r\n\r\nx\r\n' + END,
    "a header twice": NAMED + b'\r\ncontent-disposition: form-data; name="b"\r\n\r\nx\r\n' + END,
    "an unknown header": NAMED + b"\r\nX-Note: secret\r\n\r\nx\r\n" + END,
    "parts in a part": file("a", "b", b"--x\r\n\r\n", "multipart/mixed; boundary=x") + END,
    "an encoded part": NAMED + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n" + END,
    "a wrong length": NAMED + b"\r\nContent-Length: 9\r\n\r\nx\r\n" + END,
    "no name": b"--abc\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END,
    "no header": b"--abc\r\n\r\nx\r\n" + END,
    "a text that is not UTF-8": NAMED + b"\r\n\r\n\xff\r\n" + END,
    "a text in other letters": NAMED + b"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx\r\n" + END,
    "letters told by a field": field("_Charset_", "utf-7") + field("a", "+AGk-") + END,
    "too many parts": b"".join(field(f"a{n}", "b") for n in range(300)) + END,
    "a long header": field("a" * 9000, "b") + END,
    "nothing": b"",
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
def test_what_readers_read_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(BodyRefused) as refused:
        Form.read(raw, KIND)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('Multipart/Form-Data;boundary="a b"', None),
        ('multipart/form-data; boundary="abc:1"', b"abc:1"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=abc", None),
        ("multipart/form-data; boundary=abc; boundary=def", None),
        ("multipart/form-data; boundary=", None),
        (f"multipart/form-data; boundary={'a' * 71}", None),
    ],
)
def test_boundaries(kind: str, boundary: bytes | None) -> None:
    if boundary is None:
        with pytest.raises(BodyRefused):
            boundary_of(kind)
    else:
        assert boundary_of(kind) == boundary


def test_clients_spell_their_names_in_these_ways() -> None:
    raw = (
        b"--abc\r\nContent-Disposition: form-data; name=purpose\r\n\r\nbatch\r\n"
        b"--abc\r\nContent-Disposition: form-data; name=file; filename=a.jsonl; filename*=utf-8''a.jsonl\r\n"
        b"Content-Type: application/jsonl\r\nContent-Length: 2\r\n\r\n{}\r\n"
        b'--abc\r\nContent-Disposition: form-data; name="include[]"\r\n\r\none\r\n'
        b'--abc\r\nContent-Disposition: form-data; name="include[]"\r\n\r\ntwo\r\n--abc--'
    )
    form = Form.read(raw, KIND)
    assert form.value["include[]"] == ["one", "two"]
    assert (form.value["purpose"], form.content(("file",))) == ("batch", b"{}")
