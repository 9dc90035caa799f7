"""APIs of vendors that are refused: with a reason, on record, and without a byte to a vendor."""

from __future__ import annotations

import pytest

from gateway.pages.unserved import UNSERVED, unserved
from gateway.routes import CALLS
from observability.ledger import read
from tests.conftest import CONFIG, House, OpenHouse


async def test_each_row_is_refused_with_its_reason_and_recorded(open_house: OpenHouse) -> None:
    for language in ("en", "fr"):
        config = CONFIG.replace("control: c.sock", f"control: c.sock, language: {language}")
        async with open_house(config) as house:
            for row in UNSERVED:
                for method in ("GET", "POST") if language == "en" else ("GET",):
                    answer = await house.client.request(method, row.path.rstrip("/") + "/x/y", json={})
                    assert answer.status_code == 404, row.path
                    words = row.words[language]
                    assert answer.json()["error"]["message"] == words or unserved(row.path) != row
            assert not list(house.received)
    page = await _page(open_house)
    assert 'ecluse_unserved_total{api="/v1/realtime"} 2.0' in page


async def _page(open_house: OpenHouse) -> str:
    async with open_house() as house:
        for upgrade in ({"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x"}, {}):
            answer = await house.client.get("/v1/realtime?model=gpt-realtime", headers=upgrade)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "path_not_served")
        secret = await house.client.post("/v1/realtime/client_secrets", json={})
        assert "credential" in secret.json()["error"]["message"]
        await house.gateway.runtime.ledger.flush()
        events = [r for r in read(house.folder / "state/ledger") if r.get("event") == "path.refused"]
        assert [e["detail"]["why"] for e in events[-3:]] == ["live", "live", "credentials"]
        assert all(e["actor"] and e["detail"]["key"] for e in events)
        return await house.metrics()


def test_no_row_hides_a_route() -> None:
    """Routes are looked for first; what is left of their paths still has a reason."""
    assert unserved("/v1/chat/completions") is None
    assert unserved("/v1/models/gpt-4o") is None
    assert {path for _, path in CALLS if unserved(path)} <= {
        path for _, path in CALLS if path.startswith(("/v1/files", "/v1/batches", "/v1/audio", "/v1/images",
                                                      "/v1/responses/", "/v1beta/"))
    }  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_anthropics_files_are_refused_in_its_own_shape(house: House, method: str) -> None:
    headers = {"anthropic-version": "2023-06-01"}
    answer = await house.client.request(method, "/v1/files", headers=headers)
    assert answer.status_code == 404 and answer.json()["type"] == "error"
    kept = await house.client.get("/v1/files/file-1", headers=headers)
    assert kept.status_code == 404 and kept.json()["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("version", ["v1alpha", "v1beta"])
async def test_googles_paths_are_refused_in_its_own_shape(house: House, version: str) -> None:
    answer = await house.client.post(f"/{version}/models/gemini-flash:bidiGenerateContent", json={})
    assert answer.status_code == 404
    assert answer.json()["error"].keys() >= {"code", "message", "status"} and answer.json()["error"]["code"] == 404
    nobody = await house.client.post(f"/{version}/x", json={}, headers={"authorization": "Bearer wrong"})
    assert (nobody.status_code, nobody.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
