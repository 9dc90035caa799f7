"""Signatures: AWS's published examples, and what AWS's own library makes of any request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clouds.identity import Sending
from adapters.clouds.sigv4 import Keys, Signer, signature
from adapters.errors import AuthFailed

KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
FORM = [("content-type", "application/x-www-form-urlencoded")]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signed"),
    [
        ("GET", "/", [], b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", [], b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "/?Param2=value2&Param1=value1", [], b"",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("POST", "/", FORM, b"Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ],
)  # fmt: skip
def test_published_examples(method: str, path: str, headers: list[tuple[str, str]], body: bytes, signed: str) -> None:
    sending = Sending(method, f"https://example.amazonaws.com{path}", headers, body)
    added = dict(signature(sending, KEYS, "us-east-1", "service", AT))
    assert added["authorization"].endswith(f"Signature={signed}")
    assert added["x-amz-date"] == "20150830T123600Z"


@given(
    path=st.lists(st.sampled_from(["model", "a.b-v1%3A0", "x~y", "%2F", "converse-stream"]), max_size=4),
    token=st.sampled_from(["", "Fwo+/="]),
    body=st.binary(max_size=20),
    port=st.sampled_from(["", ":443", ":8443"]),
)
def test_the_library_signs_alike(path: list[str], token: str, body: bytes, port: str) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"https://bedrock-runtime.eu-west-3.amazonaws.com{port}/{'/'.join(path)}"
    headers = [("content-type", "application/json"), ("accept", "*/*"), ("x-amzn-bedrock-trace", "a  b")]
    ours = dict(signature(Sending("POST", url, headers, body), Keys("AK", "SK", token), "eu-west-3", "bedrock", AT))
    signer = SigV4Auth(Credentials("AK", "SK", token or None), "bedrock", "eu-west-3")
    request = AWSRequest("POST", url, data=body, headers=dict(headers[:1] + headers[2:]))
    request.context["timestamp"] = "20150830T123600Z"
    request.headers["X-Amz-Date"] = "20150830T123600Z"
    if token:
        request.headers["X-Amz-Security-Token"] = token
    theirs = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert ours["authorization"].endswith(f"Signature={theirs}")


async def test_keys_of_the_configuration_are_read_anew_for_each_request() -> None:
    texts = iter(["AK1:one", "AK2:two:token"])
    signer = Signer(lambda: Keys.read(next(texts)), "us-east-1", "bedrock", lambda: AT.timestamp())
    sending = Sending("POST", "https://bedrock.example/", [], b"{}")
    first, second = dict(await signer.headers(sending)), dict(await signer.headers(sending))
    assert "Credential=AK1/20150830/us-east-1/bedrock/aws4_request" in first["authorization"]
    assert second["x-amz-security-token"] == "token"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in second["authorization"]


@pytest.mark.parametrize("text", ["", "AK", "AK:", ":secret", "a:b:c:d"])
def test_what_is_no_key_pair_is_no_identity(text: str) -> None:
    with pytest.raises(AuthFailed):
        Keys.read(text)


def test_nothing_shows_itself() -> None:
    assert "hush" not in repr(Keys("a", "hush", "hush")) + repr(Sending("POST", "u", [("a", "hush")], b"hush"))
