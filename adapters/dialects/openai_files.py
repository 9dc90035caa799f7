"""OpenAI files for batches: `POST /v1/files`, and `/v1/files/{file}` with what is below it.

A line of such a file is a request: it is inspected as the dialect of its path, by that dialect itself, and what changes
in it on the way to a destination is what would change in the request. Nothing else is taken as a file: what a model is
to read can be sent in the request that asks about it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson

from adapters.ask import Ask, Held, Line, Passage
from adapters.dialects.base import NO_PARAMETERS, Dialect
from adapters.dialects.checks import required
from adapters.dialects.forms import file_at, form_of, text_at
from adapters.dialects.kept_reader import ObjectReader
from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_completions import OpenAICompletions
from adapters.dialects.openai_embeddings import OpenAIEmbeddings
from adapters.dialects.openai_moderations import OpenAIModerations
from adapters.dialects.openai_plain import NamesNoModel, PlainRequest
from adapters.dialects.openai_responses import OpenAIResponses
from adapters.dialects.passages import Gathering, Mark
from adapters.dialects.serving import answers
from adapters.errors import BodyRefused
from adapters.wire.body import Document, Edit

MOST_LINES = 2_000
ASSUMED_OUTPUT = 4_096
"""Output tokens of a line that states no limit, as they are held and counted."""
BATCHED: Mapping[str, Dialect] = {
    "/v1/chat/completions": OpenAIChat(),
    "/v1/completions": OpenAICompletions(),
    "/v1/embeddings": OpenAIEmbeddings(),
    "/v1/moderations": OpenAIModerations(),
    "/v1/responses": OpenAIResponses(),
}


class OpenAIFileUpload(PlainRequest):
    """A file of requests that the vendor keeps for a batch."""

    name = "openai_file_create"
    operation = "file"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a form; raises BodyRefused."""
        form = form_of(document)
        if text_at(form, "purpose") != "batch":
            raise BodyRefused(
                "wrong_value", "Files are kept for batches only: send others in requests.", param="purpose"
            )
        path = file_at(form, "file")
        if len(form.files) > 1:
            raise BodyRefused("bad_multipart", "One file is taken at a time.", param="file")
        gathering = Gathering(form)
        gathering.text((*path, "filename"), Mark("user"))
        passages = list(gathering.passages())
        lines = read_lines(form.content(path), form.files[path].start, passages, form.most)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=lines[0].ask.model,
            stream=False,
            document=form,
            passages=tuple(passages),
            max_output=sum(_output(line.ask) for line in lines),
            keeps="file",
            lines=tuple(lines),
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes in each line, as it would in the request that it is."""
        return [
            edit._replace(start=edit.start + at, end=edit.end + at)
            for at, line, _ in ask.lines
            for edit in BATCHED_BY_NAME[line.dialect].edits(line, model=model, vendor_stores=vendor_stores, meter=False)
        ]

    def reader(self, ask: Ask) -> ObjectReader:
        """A reader of the file's description."""
        return ObjectReader("file", made=True)


BATCHED_BY_NAME: Mapping[str, Dialect] = {dialect.name: dialect for dialect in BATCHED.values()}


def read_lines(raw: bytes, at: int, passages: list[Passage], most: int = sys.maxsize) -> list[Line]:
    """The requests in a file, whose texts are added to `passages`; raises BodyRefused. at: where the file begins.

    They must all be of one path and for one model, since they go to one place. most: texts that they may have together.
    """
    found: list[Line] = []
    urls: set[str] = set()
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.strip():
            if len(found) >= MOST_LINES:
                raise BodyRefused("too_large", f"A file may have {MOST_LINES} lines.", param="file")
            made, texts = _line(line, at, number, passages, urls, most)
            found.append(made)
            most -= texts
        at += len(line) + 1
    if not found:
        raise BodyRefused("missing_field", "The file has no requests.", param="file")
    if len(urls) > 1 or len({line.ask.model for line in found}) > 1:
        raise BodyRefused("wrong_value", "All lines must have the same url and model.", param="file")
    return found


def _line(raw: bytes, at: int, number: int, passages: list[Passage], urls: set[str], most: int) -> tuple[Line, int]:
    """One request, and how many texts it has."""
    file = f"jsonl, line {number}"
    try:
        if b"\r" in raw.rstrip(b"\r"):  # which some readers take for the end of a line
            raise BodyRefused("wrong_value", "a carriage return stands within it.")
        document = Document.parse(raw, most=most)
        value = document.value
        url = required(value, "url", str)
        if url not in BATCHED or value.get("method") != "POST":
            raise BodyRefused("wrong_value", "its url can't be inspected in a batch.")
        required(value, "body", dict)
        start, end = document.value_span(("body",))
        ask = BATCHED[url].parse(Document.parse(raw[start:end]))
        if ask.held or ask.keeps or ask.stream or ask.files:
            raise BodyRefused("wrong_value", "it asks for what a batch can't have: a stream, a document, state.")
    except BodyRefused as refused:
        code, words = refused.code, f"Line {number}: {refused.message}"
    else:
        urls.add(url)
        beside = Document.parse(orjson.dumps({name: inner for name, inner in value.items() if name != "body"}))
        for passage in (*ask.passages, *Gathering(beside).passages()):
            passages.append(passage._replace(pieces=(), file=file, history=False))
        return Line(at + start, replace(ask, passages=()), file), len(document.texts.all)
    raise BodyRefused(code, words, param="file")


def _output(ask: Ask) -> int:
    return 0 if ask.max_output == 0 else (ask.max_output or ASSUMED_OUTPUT) * answers(ask.document.value)


class OpenAIBatchCreate(NamesNoModel):
    """`POST /v1/batches`: the requests of a file, done within a day where the file is."""

    name = "openai_batch_create"
    operation = "batch"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused."""
        value = document.value
        file = required(value, "input_file_id", str)
        if required(value, "endpoint", str) not in BATCHED:
            raise BodyRefused("wrong_value", "This endpoint can't be inspected in a batch.", param="endpoint")
        gathering = Gathering(document)
        if type(value.get("metadata")) is dict:
            gathering.group(("metadata",), Mark("user"))
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model="",
            stream=False,
            document=document,
            passages=gathering.passages(),
            held=(Held("file", file, "input_file_id"),),
            keeps="batch",
        )

    def reader(self, ask: Ask) -> ObjectReader:
        """A reader of the batch's description."""
        return ObjectReader("batch", made=True)


def batched_as(ask: Ask) -> str:
    """The dialect of the requests that a batch is for."""
    return BATCHED[ask.document.value["endpoint"]].name


class KeptObject(NamesNoModel):
    """One thing to do with a file or a batch that the vendor keeps, without a body. Nothing of the query is sent."""

    def __init__(self, name: str, operation: str, kind: str, *, content: bool = False) -> None:
        """operation: one of MANAGING. content: the answer is what stands in a file."""
        self.name, self.operation = name, operation
        self._kind, self._content = kind, content

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a path."""
        passages = Gathering(document).passages()
        held = (Held(self._kind, parameters[self._kind]),)
        return Ask(self.name, self.operation, "", stream=False, document=document, passages=passages, held=held)

    def reader(self, ask: Ask) -> ObjectReader:
        """A reader of a description, or of a content."""
        return ObjectReader(self._kind, content=self._content)


FILE_OBJECTS: Sequence[Dialect] = (
    OpenAIFileUpload(),
    OpenAIBatchCreate(),
    KeptObject("openai_file_retrieve", "retrieve", "file"),
    KeptObject("openai_file_delete", "delete", "file"),
    KeptObject("openai_file_content", "retrieve", "file", content=True),
    KeptObject("openai_batch_retrieve", "retrieve", "batch"),
    KeptObject("openai_batch_cancel", "cancel", "batch"),
)
