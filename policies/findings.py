"""What detection says about a text: which detector, where, how sure; never the value itself."""

from __future__ import annotations

from dataclasses import dataclass

# Parts of a call that are not text are found by their class: the finding covers the whole passage, confidence 1.
PART_CLASSES = ("not_inspectable", "remote_url", "server_tool", "vendor_state")

# Fields that tell who asks: found by their class too, but no reason to refuse a call.
IDENTITY_CLASS = "class.identity"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in one text that a detector recognised.

    detector: id such as `fin.iban`. start, end: characters of the passage's text, end excluded. confidence: 0 to 1.
    passage: index of the passage (or of the text handed to the engine). why: what made it a finding ("checksum ok;
    context: iban"), never characters of the value. digest: keyed hash of the value (the same value of one organisation
    gives the same digest), empty until `policies.classify` fills it in. label: which mark it is (`C3`, `TLP:RED`),
    where the detector finds marks: a name that the detectors are made with, so nothing of the text either.
    """

    detector: str
    start: int
    end: int
    confidence: float
    passage: int
    why: str
    digest: bytes = b""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings in the texts of one imagined call. failed: why detection could not finish, None where it did."""

    findings: tuple[Finding, ...] = ()
    failed: str | None = None


def class_detector(part: str) -> str:
    """The detector id under which rules name a part that is not text: `class.remote_url` for `remote_url`."""
    return f"class.{part}"
