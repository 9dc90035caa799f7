"""Lists of models as vendors give them."""

from __future__ import annotations

import pytest

from adapters.errors import ProtocolBroken
from adapters.registry import VENDORS
from adapters.vendors.listing import Page, list_headers, list_path, read_page


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("openai", "/v1/models"),
        ("anthropic", "/v1/models?limit=1000"),
        ("gemini", "/v1beta/models?pageSize=1000"),
        ("openai_compatible", "/models"),
        ("simulator", "/v1/models"),
        ("azure_openai", None),
    ],
)
def test_where_the_list_is(kind: str, path: str | None) -> None:
    vendor = VENDORS[kind]({})
    assert list_path(vendor) == path
    assert bool(list_headers(vendor)) == (kind == "anthropic")


@pytest.mark.parametrize(
    ("raw", "page"),
    [
        (b'{"object":"list","data":[{"id":"a"},{"id":"b"}]}', Page(("a", "b"))),
        (b'{"data":[{"id":"a"}],"has_more":true,"last_id":"a/b"}', Page(("a",), "limit=1000&after_id=a%2Fb")),
        (b'{"data":[{"id":"a"}],"has_more":false,"last_id":"a"}', Page(("a",))),
        (b'{"models":[{"name":"models/g"}],"nextPageToken":"t&x"}', Page(("g",), "pageSize=1000&pageToken=t%26x")),
        (b'[{"id":"t"},{"id":3},"x",{}]', Page(("t",))),
    ],
)
def test_pages_of_every_shape(raw: bytes, page: Page) -> None:
    assert read_page(raw) == page


@pytest.mark.parametrize("raw", [b"<html>", b"{}", b'{"data":{}}', b"3"])
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        read_page(raw)
