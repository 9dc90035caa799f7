"""What is sent to a vendor in one attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.translate.crossing import Translated
    from policies.transform.tokens import Issued


class Outgoing(NamedTuple):
    """What is sent in one attempt. digest: keyed, hex. edits: how many of each kind changed the bytes.

    issued: the tokens in it, to be restored in its answer. translated: how it was made, where the destination is asked
    in another dialect than the client's.
    """

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    digest: str
    edits: Mapping[str, int]
    issued: Issued
    translated: Translated | None = None
