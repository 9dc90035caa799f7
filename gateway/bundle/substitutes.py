"""Which contracts can take another's place when it ends or its vendor fails, and whether that would work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.bundle.contract_files import contract_files
from gateway.documents import Documents, Problem, nearest

if TYPE_CHECKING:
    from gateway.bundle.contracts import Contract
    from gateway.bundle.destinations import Model


def substitute_faults(documents: Documents, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """Names that no contract has, and contracts in their own place."""
    files = contract_files(documents)
    for contract in contracts.values():
        for index, name in enumerate(contract.substitutes):
            path = (files[contract.id], "substitutes", index)
            if name == contract.id:
                yield Problem(path, "is the contract itself")
            elif name not in contracts:
                yield Problem(path, f"there is no contract {name}", nearest(name, contracts))


def unprepared(contracts: Mapping[str, Contract], models: Iterable[Model]) -> Iterator[str]:
    """What `check` says where a contract names others for its place, and a model has no destination under one."""
    for model in models:
        under = {destination.contract for destination in model.destinations}
        for name in sorted(under & {c.id for c in contracts.values() if c.substitutes}, key=str):
            substitutes = contracts[str(name)].substitutes
            if under.isdisjoint(substitutes):
                yield (
                    f"model {model.name} has no destination under {' or '.join(substitutes)}, "
                    f"which can take the place of contract {name}"
                )
