"""What dialects of forms have in common: fields that are texts, and files beside them."""

from __future__ import annotations

from typing import Any

import orjson

from adapters.dialects.foreign import foreign
from adapters.dialects.passages import OTHER, Gathering, Mark
from adapters.errors import BodyRefused
from adapters.wire.body import Document, Edit, Path, replace_string
from adapters.wire.form import Form

BYTES_A_TOKEN = 64
"""Bytes of a sound that are taken for one token, where room is held and a vendor doesn't count."""
A_PICTURE = 8_192
"""Tokens that a picture is taken for, the same."""


def form_of(document: Document) -> Form:
    """The body as a form; raises BodyRefused where it is JSON."""
    if not isinstance(document, Form):
        raise BodyRefused("wrong_type", "This needs a body of the type multipart/form-data.")
    return document


def gather(gathering: Gathering, form: Form, texts: dict[str, Mark], files: dict[str, str], mark: Mark) -> None:
    """Marks the fields: `texts` by name, and every file, whose name is a text too.

    files: by the name of their field, what they are where nothing says so. mark: of files. Raises BodyRefused for a
    file where a text belongs, and for texts in which letters may be spelt otherwise than they are read.
    """
    for name, of in texts.items():
        if name in form.value:
            if type(form.value[name]) is not str:
                raise BodyRefused("wrong_type", f"{name} must be a text.", param=name)
            gathering.text((name,), of)
    for path, part in form.files.items():
        gathering.text((*path, "filename"), mark)
        otherwise = files.get(str(path[0]).removesuffix("[]"), "file")
        gathering.file(path, form.content(path), part.mime, part.charset, mark, otherwise)
    rest = {name: value for name, value in form.value.items() if name not in texts and (name,) not in form.files}
    _plainly_spelt(rest)
    foreign(gathering, (), rest, OTHER)


def _plainly_spelt(fields: dict[str, Any]) -> None:
    """Refuses JSON in a field that spells letters as escapes, which its reader undoes and an inspection doesn't."""
    for value in fields.values():
        for text in value if type(value) is list else (value,):
            if type(text) is str and "\\" in text and _is_json(text):
                raise BodyRefused("bad_multipart", "A field holds JSON with escapes: spell its letters plainly.")


def _is_json(text: str) -> bool:
    try:
        return type(orjson.loads(text)) in (dict, list, str)
    except orjson.JSONDecodeError:
        return False


def file_at(form: Form, name: str) -> Path:
    """The path of the file that must be there; raises BodyRefused."""
    if (name,) not in form.files:
        raise BodyRefused("missing_field", f"{name} is required, as a file.", param=name)
    return (name,)


def text_at(form: Form, name: str, *, required: bool = True) -> str:
    """A text field, "" where it is absent and may be; raises BodyRefused."""
    value = form.value.get(name, "")
    if type(value) is not str:
        raise BodyRefused("wrong_type", f"{name} must be a text.", param=name)
    if required and not value:
        raise BodyRefused("missing_field", f"{name} is required.", param=name)
    return value


def flag_at(form: Form, name: str) -> bool:
    """A text field that says true or false; raises BodyRefused."""
    value = text_at(form, name, required=False)
    if value.lower() not in ("", "true", "false"):
        raise BodyRefused("wrong_type", f"{name} must be true or false.", param=name)
    return value.lower() == "true"


def count_at(form: Form, name: str) -> None:
    """Refuses a number of answers that isn't digits."""
    value = text_at(form, name, required=False)
    if value and not (value.isascii() and value.isdigit() and len(value) < 4):
        raise BodyRefused("wrong_type", f"{name} must be an integer.", param=name)


def renamed(form: Document, model: str, asked: str) -> list[Edit]:
    """The edit that names the destination's model."""
    return [] if model == asked else [replace_string(form, ("model",), model, "model_alias")]
