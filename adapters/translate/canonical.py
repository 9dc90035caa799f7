"""The canonical form: a conversation and its answer as every chat dialect can be read into and written from.

It holds what at least two dialects have in common. What a dialect can't carry on its way out, or what only one knows,
is noted in `lost` by its name there: names of this table only, never a name that a caller made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from adapters.reply import Usage

UNKNOWN: Final = "unknown"
"""What members and types are called that no dialect here knows: their names may be anything."""


class Text(NamedTuple):
    """Words. cache: how long the vendor is to keep what stands up to here ("" | "5m" | "1h")."""

    text: str
    cache: str = ""


class Media(NamedTuple):
    """An image, a document or a sound: data in base64, or an address that the vendor fetches, or plain text.

    kind: image | document | audio. mime: "" where nothing is declared. detail: auto | low | high | original, of images.
    """

    kind: str
    mime: str = ""
    data: str = ""
    url: str = ""
    text: str = ""
    name: str = ""
    detail: str = ""
    cache: str = ""


class Call(NamedTuple):
    """A tool that the model called. arguments: the source of JSON, or any text where `custom`.

    state: what its vendor signed it with (see Thought), "" where nothing.
    """

    id: str
    name: str
    arguments: str
    custom: bool = False
    state: str = ""
    cache: str = ""


class Result(NamedTuple):
    """What a tool answered. call: id of the call. name: of the tool, "" where only the call is named."""

    call: str
    name: str
    parts: tuple[Text | Media, ...]
    failed: bool = False
    custom: bool = False
    cache: str = ""


class Thought(NamedTuple):
    """Reasoning of the model. state: what its vendor wants back as it was, packed by `adapters.translate.states`."""

    text: str
    state: str = ""


class Refused(NamedTuple):
    """Words by which the model declined."""

    text: str


Part = Text | Media | Call | Result | Thought | Refused


class Turn(NamedTuple):
    """What one side said. role: user | assistant."""

    role: Literal["user", "assistant"]
    parts: list[Part]


class Tool(NamedTuple):
    """A tool that the client runs. schema: JSON schema of its arguments; None where it takes any text (custom).

    strict: whether the vendor is to hold the model to the schema; None where nothing is said.
    """

    name: str
    description: str
    schema: Mapping[str, Any] | None
    strict: bool | None = None
    cache: str = ""


class Choice(NamedTuple):
    """Which tools the model may call. mode: auto | none | any | tool (the one named)."""

    mode: str
    name: str = ""


class Form(NamedTuple):
    """The form that the answer must have: any JSON object, or one of a schema."""

    schema: Mapping[str, Any] | None
    name: str = "answer"
    strict: bool | None = None


class Reasoning(NamedTuple):
    """How much the model is to think. effort: none | minimal | low | medium | high | xhigh | max, "" where only a
    budget is said; budget: tokens; adaptive: as the model sees fit. shown: whether its thoughts are asked for."""

    effort: str = ""
    budget: int | None = None
    adaptive: bool = False
    shown: bool | None = None


@dataclass(slots=True)
class Conversation:
    """What a client asks, in no dialect's words. model: as the destination's vendor calls it, once it is known."""

    model: str
    stream: bool = False
    instructions: list[Text] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    choice: Choice | None = None
    parallel: bool | None = None
    most_output: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: tuple[str, ...] = ()
    form: Form | None = None
    reasoning: Reasoning | None = None
    verbosity: str = ""
    user: str = ""
    tier: str = ""
    lost: Lost = field(default_factory=lambda: Lost())


class Lost:
    """What couldn't be carried, each name once, in the order in which it was noticed."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def add(self, name: str) -> None:
        """Something of this name was left out."""
        self._names[name] = None

    def members(self, value: Mapping[str, Any], read: frozenset[str], named: frozenset[str], place: str = "") -> None:
        """Notes members of `value` that aren't among those `read`: by name where they are `named`, else as unknown.

        Members that say nothing (null) are no loss.
        """
        if value.keys() <= read:
            return
        for name, said in value.items():
            if name not in read and said is not None:
                self.add(f"{place}{name if name in named else UNKNOWN}")

    def kind(self, said: object, named: Iterable[str], place: str) -> None:
        """Notes something of a type that isn't carried: `place.TYPE`, the type only where it is one of `named`."""
        self.add(f"{place}.{said if isinstance(said, str) and said in named else UNKNOWN}")

    def names(self) -> tuple[str, ...]:
        """All of it."""
        return tuple(self._names)


# --- an answer, as the parts in which it grows ---


class Begin(NamedTuple):
    """The answer has begun. id, model: as the vendor calls them. created: seconds since 1970, 0 where not said."""

    id: str = ""
    model: str = ""
    created: int = 0


class Words(NamedTuple):
    """The answer's text goes on. New text after anything else begins a new block."""

    text: str


class Thinking(NamedTuple):
    """The model's reasoning goes on, as far as the vendor shows it."""

    text: str


class Signed(NamedTuple):
    """What the vendor wants back with the reasoning before it (or alone), packed by `adapters.translate.states`."""

    state: str


class Declining(NamedTuple):
    """Words by which the model declines go on."""

    text: str


class CallBegin(NamedTuple):
    """A call of a tool begins. number: by which its arguments name it. state: as in Call."""

    number: int
    id: str
    name: str
    custom: bool = False
    state: str = ""


class Arguments(NamedTuple):
    """A call's arguments go on: a piece of the source of JSON, or of text where the call is custom."""

    number: int
    text: str


class CallEnd(NamedTuple):
    """A call's arguments are complete."""

    number: int


class Finish(NamedTuple):
    """Why the model stopped. reason: stop | length | calls | content | refusal | sequence | pause.

    sequence: the stop sequence that ended it.
    """

    reason: str
    sequence: str = ""


class Counted(NamedTuple):
    """Tokens so far, as the vendor counts them; the last one counts."""

    usage: Usage


class Alive(NamedTuple):
    """A sign of life that says nothing."""


AnswerPart = Begin | Words | Thinking | Signed | Declining | CallBegin | Arguments | CallEnd | Finish | Counted | Alive
