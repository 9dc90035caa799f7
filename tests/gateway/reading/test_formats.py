"""Every text of a file is found wherever it hides, and what can't be read says why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading.contents import REASONS, Contents, Limits
from gateway.reading.formats import read
from tests.gateway.reading import paper

IBAN = "FR76 3000 6000 0112 3456 7890 189"
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def seen(raw: bytes) -> str:
    """All that is read of a file."""
    found = read(raw, Limits())
    assert not found.reason, found.reason
    return "\n".join(text.text for text in found.texts)


def refused(raw: bytes, limits: Limits | None = None) -> str:
    found = read(raw, limits or Limits())
    assert found == Contents("", (), found.reason)
    assert found.reason in REASONS
    return found.reason


def test_a_paragraph_is_whole_whatever_its_runs() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paper.paragraph('encadré')}</w:txbxContent></w:pict></w:r>"
    body = f"<w:p><w:r><w:t>FR76 3000 60</w:t></w:r>{box}<w:r><w:t>00 0112 3456 7890 189</w:t></w:r></w:p>"
    lines = seen(paper.word(body)).split("\n")
    assert IBAN in lines and "encadré" in lines


def test_what_was_deleted_is_read_with_and_without_the_change() -> None:
    change = "<w:del><w:r><w:delText>3000</w:delText></w:r></w:del><w:ins><w:r><w:t>4000</w:t></w:r></w:ins>"
    text = seen(paper.word(f"<w:p><w:r><w:t>code </w:t></w:r>{change}</w:p>"))
    assert "code 3000" in text and "code 4000" in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/header1.xml", paper.part("hdr", paper.paragraph(IBAN))),
        ("word/footer2.xml", paper.part("ftr", paper.paragraph(IBAN))),
        ("word/footnotes.xml", paper.part("footnotes", paper.paragraph(IBAN))),
        ("word/comments.xml", paper.part("comments", paper.paragraph(IBAN))),
        ("word/glossary/document.xml", paper.part("glossaryDocument", paper.paragraph(IBAN))),
        ("docProps/core.xml", f"<p xmlns:dc='d'><dc:title>{IBAN}</dc:title></p>"),
        ("docProps/custom.xml", f"<Properties><property><lpwstr>{IBAN}</lpwstr></property></Properties>"),
        ("customXml/item1.xml", f"<dossier><iban>{IBAN}</iban></dossier>"),
        ("customXml/item2.xml", f'<dossier iban="{IBAN}"/>'),
        ("word/_rels/document.xml.rels", f'<R><Relationship Id="rId9" Target="https://e.example/?q={IBAN}"/></R>'),
        ("word/afchunk1.txt", IBAN),
        ("word/embeddings/sheet.xlsx", paper.excel([["compte", IBAN]])),
        ("word/embeddings/scan.pdf", paper.pages(IBAN)),
        (f"word/{IBAN}.xml", "<x/>"),
        ("word/charts/chart1.xml", f"<c:c xmlns:c='c'><c:pt><c:v>{IBAN}</c:v></c:pt><c:pt><c:v>2</c:v></c:pt></c:c>"),
    ],
)
def test_every_part_of_a_word_document_is_read(name: str, content: str | bytes) -> None:
    assert IBAN in seen(paper.word(paper.paragraph("Bonjour"), {name: content}))


def test_alternative_texts_and_field_codes() -> None:
    body = '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="p" descr="photo du badge 4242"/></w:drawing></w:r></w:p>'
    body += "<w:p><w:r><w:instrText>HYPERLINK mailto:a.b@corp.example</w:instrText></w:r></w:p>"
    text = seen(paper.word(body))
    assert "photo du badge 4242" in text and "a.b@corp.example" in text


def test_a_sheet_is_read_row_by_row() -> None:
    text = seen(paper.excel([["nom", "IBAN", "NIR"], ["Durand", IBAN, 295109912611193]]))
    assert f"Durand; IBAN: {IBAN}; NIR: 295109912611193" in text.split("\n")


def test_hidden_sheets_formulas_and_unused_strings() -> None:
    hidden = (
        '<worksheet><sheetData><row hidden="1"><c><f>CONCAT("confi","dentiel")</f><v>confidentiel</v></c>'
        '<c t="inlineStr"><is><r><t>en </t></r><r><t>clair</t></r></is></c></row></sheetData>'
        '<dataValidations><dataValidation prompt="saisir le matricule"/></dataValidations></worksheet>'
    )
    parts = {
        "xl/worksheets/sheet2.xml": hidden,
        "xl/comments1.xml": "<c><text><r><t>à </t></r><r><t>part</t></r></text></c>",
    }
    text = seen(paper.excel([["visible"]], parts))
    for said in ("confidentiel; en clair", 'CONCAT("confi","dentiel")', "saisir le matricule", "à part"):
        assert said in text


def test_numbers_of_neighbouring_cells_stay_apart() -> None:
    assert "4970; 1012; 3456; 7893" in seen(paper.excel([[4970, 1012, 3456, 7893]]))


def test_slides_and_open_documents() -> None:
    runs = f"<a:r><a:t>FR76 3000 </a:t></a:r><a:r><a:t>{IBAN[10:]}</a:t></a:r>"
    slide = f"<p:sld xmlns:p='p' xmlns:a='a'><a:p>{runs}</a:p></p:sld>"
    notes = "<p:notes xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>ne pas dire</a:t></a:r></a:p></p:notes>"
    deck = {"[Content_Types].xml": "<T/>", "ppt/slides/slide1.xml": slide, "ppt/notesSlides/notesSlide1.xml": notes}
    text = seen(paper.archive(deck))
    assert IBAN in text and "ne pas dire" in text
    content = (
        "<office:d xmlns:office='o' xmlns:text='t'><text:p>FR76 <text:span>3000</text:span><text:note><text:p>voir"
        f"</text:p></text:note><text:s/>{IBAN[10:]}</text:p></office:d>"
    )
    text = seen(
        paper.archive(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": content,
                "META-INF/manifest.xml": "<m/>",
            }
        )
    )
    assert IBAN in text and "voir" in text


def test_a_slide_with_a_picture_and_no_word_is_not_inspected() -> None:
    rels = '<R><Relationship Id="rId1" Type="http://x/image" Target="../media/image1.png"/></R>'
    deck = {
        "[Content_Types].xml": "<T/>", "ppt/slides/slide1.xml": "<p/>", "ppt/slides/_rels/slide1.xml.rels": rels,
        "ppt/media/image1.png": PIXEL,
    }  # fmt: skip
    assert refused(paper.archive(deck)) == "blank_page"
    assert refused(paper.word("<w:p/>", {"word/media/image1.png": PIXEL})) == "blank_page"
    assert "logo" in seen(paper.word(paper.paragraph("avec logo"), {"word/media/image1.png": PIXEL}))


HIDDEN = (
    "word/document.png",
    "word/body.tif",
    "Thumbnails/x",
    "word/fonts/a.odttf",
    "word/printerSettings/p.bin",
    "a/",
)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_part_is_told_by_its_bytes_not_by_its_name(name: str) -> None:
    """Content types and relations may make any part the document."""
    split = f"<w:p><w:r><w:t>{IBAN[:9]}</w:t></w:r><w:r><w:t>{IBAN[9:]}</w:t></w:r></w:p>"
    document = paper.part("document", split)
    for content in (document, document.encode("utf-16"), b"\xef\xbb\xbf" + document.encode(), IBAN):
        assert IBAN in seen(paper.word(paper.paragraph("Bonjour"), {name: content}))
    for content in (paper.pages(IBAN), paper.excel([["compte", IBAN]])):
        assert IBAN in seen(paper.word(paper.paragraph("Bonjour"), {name: content}))
    for content in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"\x1f\x8b\x08" + b"\0" * 60):
        assert refused(paper.word(paper.paragraph("Bonjour"), {name: content})) == "unread_inside"


def test_pictures_fonts_and_settings_of_printers_are_passed_over() -> None:
    parts = {
        "word/media/a.png": PIXEL, "word/media/b.jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 60,
        "word/media/c.emf": b"\x01\0\0\0" + b"\0" * 36 + b" EMF" + b"\0" * 60,
        "word/media/d.wmf": b"\xd7\xcd\xc6\x9a" + b"\0" * 60, "word/fonts/e.ttf": b"\0\x01\0\0\0\x12" + b"\0" * 60,
        "word/fonts/f.odttf": bytes(range(128, 200)), "docProps/thumbnail.jpeg": b"",
        "word/printerSettings/g.bin": "HP LaserJet".encode("utf-16-le") + b"\0" * 60 + b"\x01\x04",
        "word/media/": b"",
    }  # fmt: skip
    assert "Bonjour" in seen(paper.word(paper.paragraph("Bonjour"), parts))
    assert refused(paper.word(paper.paragraph("Bonjour"), {"word/media/x.png": b"\x07\x01\xf0\x02"})) == "unread_inside"
    mac = b'<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//A" "http://a/b.dtd">\n<plist><string>' + IBAN.encode()
    assert IBAN in seen(paper.excel([["a"]], {"xl/printerSettings/printerSettings1.bin": mac}))


_BOMB = b"<a>" + b" " * 150_000_000 + b"</a>"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (lambda: paper.word("", {"word/bomb.xml": _BOMB}), "unpacks_too_large"),
        (lambda: paper.word("", {f"word/x{i}.xml": "<a/>" for i in range(5001)}), "too_many_objects"),
        (lambda: paper.word("", {"word/header1.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "entities"),
        (lambda: paper.word("", {"word/header1.xml": "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"}), "entities"),
        (lambda: paper.word("", {"word/header1.xml": "<a><b></a>"}), "broken"),
        (lambda: paper.word("", {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1macro"}), "unread_inside"),
        (lambda: paper.word("", {"word/embeddings/x.png.bin": PIXEL}), "unread_inside"),
        (lambda: paper.word(paper.paragraph("x" * 3000)), "too_much_text"),
        (lambda: paper.word(paper.paragraph("Bonjour"))[:-30], "broken"),
        (lambda: paper.archive({"a.txt": "Bonjour"}), "archive"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_format"),
        (lambda: PIXEL, "image"),
        (lambda: b"\x00\x01\x02 binary", "unknown_type"),
        (lambda: b"{\\rtf1 FR76}", "unknown_type"),
        (lambda: b"x" * 20_000, "too_large"),
        (lambda: paper.encrypted("secret"), "encrypted"),
        (lambda: paper.pages("Bonjour")[:100], "broken"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(raw: object, reason: str) -> None:
    made = raw()  # type: ignore[operator]
    assert refused(made, Limits(file_bytes=15_000 if reason == "too_large" else 1 << 24, characters=2_000)) == reason


def test_documents_in_documents_in_documents() -> None:
    inner = paper.word(paper.paragraph("au fond"))
    for _ in range(3):
        inner = paper.word(paper.paragraph("autour"), {"word/embeddings/in.docx": inner})
    assert "au fond" in seen(inner)
    for _ in range(97):
        inner = paper.word(paper.paragraph("autour"), {"word/embeddings/in.docx": inner})
    assert refused(inner) == "nested"


def test_a_pdf_is_read_page_by_page() -> None:
    found = read(paper.pages("Première", IBAN), Limits())
    assert [(t.place, t.text) for t in found.texts if t.place.startswith("page")] == [
        ("page 1", "Première"),
        ("page 2", IBAN),
    ]


@pytest.mark.parametrize(
    ("catalogue", "page", "more"),
    [
        (b"", b"/Annots [100 0 R]", {100: b"<</Type /Annot /Subtype /Text /Contents (%s)>>"}),
        (b"", b"/Annots [100 0 R]", {100: b"<</Subtype /Link /A <</S /URI /URI (https://e.example/?%s)>>>>"}),
        (b"/AcroForm <</Fields [100 0 R]>>", b"", {100: b"<</FT /Tx /T (iban) /V (%s)>>"}),
        (b"/Outlines 100 0 R", b"", {100: b"<</Type /Outlines /First 101 0 R>>", 101: b"<</Title (%s)>>"}),
        (b"/StructTreeRoot 100 0 R", b"", {100: b"<</Type /StructTreeRoot /K <</S /Figure /Alt (%s)>>>>"}),
        (b"/Metadata 100 0 R", b"", {100: ("stream", b"<x><t>%s</t></x>", b"/Type /Metadata /Subtype /XML")}),
        (b"/Names <</EmbeddedFiles <</Names [(f) 101 0 R]>>>>", b"",
         {101: b"<</Type /Filespec /EF <</F 100 0 R>>>>", 100: ("stream", b"note : %s", b"")}),
        (b"", b"/Annots [101 0 R]", {101: b"<</Subtype /Stamp /AP <</N 100 0 R>>>>",
         100: ("stream", b"BT /F1 12 Tf 0 0 Td (%s) Tj ET", b"/Subtype /Form /Resources <</Font <</F1 3 0 R>>>>")}),
        (b"/OpenAction <</S /JavaScript /JS 100 0 R>>", b"", {100: ("stream", b"app.alert('%s')", b"")}),
        (b"/AcroForm <</XFA [(datasets) 100 0 R]>>", b"", {100: ("stream", b"<d><v>%s</v></d>", b"")}),
        (b"", b"", {100: b"(%s)"}),
    ],
)  # fmt: skip
def test_every_object_of_a_pdf_is_read(catalogue: bytes, page: bytes, more: dict[int, object]) -> None:
    def made(one: object) -> bytes:
        if isinstance(one, tuple):
            return paper.stream(one[1] % IBAN.encode(), one[2])
        assert isinstance(one, bytes)
        return one % IBAN.encode() if b"%s" in one else one

    raw = paper.pages("Bonjour", more={n: made(o) for n, o in more.items()}, page=page, catalogue=catalogue)
    assert IBAN in seen(raw)


def test_a_file_inside_a_pdf_that_cannot_be_read() -> None:
    names = b"/Names <</EmbeddedFiles <</Names [(f) 101 0 R]>>>>"
    more = {101: b"<</Type /Filespec /EF <</F 100 0 R>>>>", 100: paper.stream(PIXEL)}
    assert refused(paper.pages("Bonjour", more=more, catalogue=names)) == "unread_inside"


def test_a_pdf_that_only_bars_printing_is_read() -> None:
    assert "Bonjour" in seen(paper.encrypted(""))


def test_pages_that_show_what_no_text_says() -> None:
    picture = {
        100: paper.stream(b"\0", b"/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8")
    }
    scanned = paper.pages("", more=picture, page=b"/Resources <</XObject <</I 100 0 R>>>>").replace(
        b"/Resources <</Font <</F1 3 0 R>>>>", b" " * 35
    )
    assert refused(scanned) == "blank_page"
    font = {100: b"<</Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H>>"}
    assert refused(paper.pages("Bonjour", more=font)) == "unmapped_font"
    assert seen(paper.pages("Bonjour", ""))


def test_a_pdf_of_very_many_objects() -> None:
    assert refused(paper.pages("Bonjour", more=dict.fromkeys(range(100, 101000), b"null"))) == "too_many_objects"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_plain_text_in_any_letters(codec: str) -> None:
    found = read("Né à Orléans".encode(codec), Limits(), "text/plain")
    assert [t.text for t in found.texts] == ["Né à Orléans"]
    assert read("Né".encode("utf-16-le"), Limits(), "text/plain", "UTF-16LE").kind == "text"


def test_a_pdf_is_not_put_together_from_pieces() -> None:
    """A damaged table could be guessed at, differently by each reader: what one leaves out another may show."""
    whole = paper.pages("Bonjour", IBAN)
    assert refused(whole.replace(b"xref\n0 1", b"wxyz\n0 1")) == "broken"
    assert refused(whole.replace(b"/Root", b"/Riot")) in ("broken", "unpacks_too_large")
    assert refused(whole.replace(b"/Contents 13 0 R", b"/Contents 99 0 R")) == "broken"


def test_a_file_that_is_two_things_is_read_as_both() -> None:
    both = paper.pages("Bonjour") + paper.word(paper.paragraph(IBAN))
    assert IBAN in seen(both) and "Bonjour" in seen(both)
    assert refused(paper.pages("Bonjour") + paper.archive({"a.bin": PIXEL})) == "archive"


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([paper.pages("Bonjour", IBAN), paper.word(paper.paragraph(IBAN)), paper.encrypted("")]), st.data()
)
def test_a_bent_file_is_read_or_refused_never_more(raw: bytes, data: st.DataObject) -> None:
    bent = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(bent) - 1))
        bent[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    found = read(bytes(bent[: data.draw(st.integers(1, len(bent)))]), Limits())
    assert bool(found.reason) != bool(found.kind)
    assert not found.reason or found.reason in REASONS


def test_a_string_of_a_workbook_is_told_once_shown_or_not() -> None:
    shared = "<sst><si><t>vu</t></si><si><t>oublié</t></si></sst>"
    text = seen(paper.excel([["vu"]], {"xl/sharedStrings.xml": shared}))
    assert text.count("oublié") == 1 and text.count("vu") == 1


def test_a_page_that_unpacks_to_nothing_is_broken() -> None:
    """The library gives nothing for it and says nothing; a reader of another make may see a page."""
    packed = b"\x00\x01 not packed by the filter that is named, and long enough to hold something"
    broken = b"<</Length %d /Filter /FlateDecode>>\nstream\n%b\nendstream" % (len(packed), packed)
    whole = {
        1: b"<</Type /Catalog /Pages 2 0 R>>",
        2: b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        3: b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R>>",
    }
    assert refused(paper.pdf({**whole, 4: broken})) == "broken"
    assert read(paper.pdf({**whole, 4: paper.stream(b"")}), Limits()) == Contents("pdf")
