"""Where each contract is written, so that what is wrong with it can be shown there."""

from __future__ import annotations

from gateway.documents import Documents


def contract_files(documents: Documents) -> dict[str, str]:
    """The name of the document of each contract."""
    found = ((d.value.get("id"), d.name) for d in documents.items if d.value.get("kind") == "Contract")
    return {id_: name for id_, name in found if isinstance(id_, str)}
