"""Responses that OpenAI keeps: `/v1/responses/{response}` and what is below it, without a body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.ask import TEXT, Ask, Held
from adapters.dialects.base import NO_PARAMETERS, Reader
from adapters.dialects.openai_plain import NamesNoModel
from adapters.dialects.passages import Gathering
from adapters.dialects.responses_kept import KeptReader, ListReader
from adapters.errors import BodyRefused
from adapters.wire.body import Document

KIND = "response"
MADE_BY = "openai_responses"
"""The dialect that a response is asked for and answered in."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_TRUTH = re.compile(r"true|false")
_PLACE = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40}){0,4}")
_ORDER = re.compile(r"asc|desc")

# Members of the query that are sent, by the form that each may have. Of any other nothing is sent.
_OF_ONE = {
    "stream": _TRUTH,
    "starting_after": _NUMBER,
    "include": _PLACE,
    "include[]": _PLACE,
    "include_obfuscation": _TRUTH,
}
_OF_ITEMS = {
    "after": _NAME,
    "before": _NAME,
    "limit": _NUMBER,
    "order": _ORDER,
    "include": _PLACE,
    "include[]": _PLACE,
}


class ResponseObject(NamesNoModel):
    """One thing to do with a response that the vendor keeps.

    The document that it is parsed from is the query, as an object of strings and of arrays of strings.
    """

    def __init__(self, name: str, operation: str, taken: Mapping[str, re.Pattern[str]]) -> None:
        """operation: one of MANAGING. taken: what of the query is sent."""
        self.name = name
        self.operation = operation
        self._taken = taken

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a query; raises BodyRefused for values that a known parameter can't have."""
        gathering = Gathering(document)
        query = tuple(self._query(gathering, document.value))
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model="",
            stream=("stream", "true") in query,
            document=document,
            passages=gathering.passages(),
            held=(Held(KIND, parameters[KIND]),),
            # What came before the place to start from is asked for too: it is judged with what follows it.
            query=tuple(pair for pair in query if pair[0] != "starting_after"),
        )

    def _query(self, gathering: Gathering, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, said in value.items():
            form = self._taken.get(name)
            if form is None:
                continue
            for index, one in enumerate(said if type(said) is list else (said,)):
                if type(one) is not str or not form.fullmatch(one):
                    shown = name.removesuffix("[]")
                    raise BodyRefused("wrong_value", f"The query can't have this value for {shown}.", param=shown)
                gathering.opaque((name, index) if type(said) is list else (name,), TEXT, "")
                yield name, one

    def reader(self, ask: Ask) -> Reader:
        """A reader of the response as it is kept, or of a list of items."""
        if self.operation == "list":
            return ListReader()
        after = ask.document.value.get("starting_after")
        return KeptReader(int(after) if ask.stream and type(after) is str else -1)


RESPONSE_OBJECTS: Sequence[ResponseObject] = (
    ResponseObject("openai_response_retrieve", "retrieve", _OF_ONE),
    ResponseObject("openai_response_delete", "delete", {}),
    ResponseObject("openai_response_cancel", "cancel", {}),
    ResponseObject("openai_response_items", "list", _OF_ITEMS),
)
