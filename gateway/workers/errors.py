"""Why workers aren't started."""

from __future__ import annotations


class StartRefused(Exception):
    """A worker ended instead of serving; it has said why. code: its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a worker ended with {code} instead of serving")
        self.code = code


class RestartRefused(Exception):
    """A rolling restart that isn't begun, or not gone on with. Its words are for the operator."""
