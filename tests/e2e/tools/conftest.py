"""One gateway for all tools of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.tools.serving import House, house


@pytest.fixture(scope="session")
def tools_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway before vendors that each speak one dialect only."""
    with house(tmp_path_factory.mktemp("tools")) as serving:
        yield serving
