"""Each once: what had to be written twice, because its first segment failed, stands in two, the second soon after."""

from __future__ import annotations

from collections.abc import Hashable


class Lately:
    """The keys that were added last, `least` of them at the least: memory stays bounded however much is read."""

    __slots__ = ("_least", "_newer", "_older")

    def __init__(self, least: int) -> None:
        self._least = least
        self._newer, self._older = set[Hashable](), set[Hashable]()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._newer or key in self._older

    def add(self, key: Hashable) -> None:
        """Remember one."""
        self._newer.add(key)
        if len(self._newer) >= self._least:
            self._newer, self._older = set(), self._newer
