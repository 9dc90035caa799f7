"""The clouds' standard chains, against metadata and token servers on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.clouds import aws, azure, google
from adapters.errors import AuthFailed
from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture

LATER = "2099-01-01T00:00:00Z"
ROLE = {"AccessKeyId": "AKROLE", "SecretAccessKey": "hush", "Token": "session", "Expiration": LATER, "Code": "Success"}
ASSUMED = f"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKWEB</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>
<SessionToken>session</SessionToken><Expiration>{LATER}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"""


class Server:
    """Answers by the path's end; what was asked is kept."""

    def __init__(self, **answers: object) -> None:
        self.answers = {path.replace("__", "/"): answer for path, answer in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        path = request.split(b" ", 2)[1].decode().partition("?")[0]
        self.asked.append(path)
        found = next((a for end, a in self.answers.items() if path.strip("/").endswith(end)), None)
        body = (found if isinstance(found, str) else json.dumps(found)).encode() if found is not None else b""
        kind = (
            b"text/xml" if body.startswith(b"<") else b"text/plain" if isinstance(found, str) else b"application/json"
        )
        writer.write(
            b"HTTP/1.1 %b\r\ncontent-type: %b\r\nmetadata-flavor: Google\r\ncontent-length: %d\r\n\r\n%b"
            % (b"200 OK" if found is not None else b"404 No", kind, len(body), body)
        )
        return True


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests, and no metadata server but the test's own."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_", "GCE_", "AZURE_", "IDENTITY_", "MSI_", "CLOUDSDK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")


SetEnv = Callable[[str, str], None]


def instance(url: str, setenv: SetEnv, folder: Path) -> None:
    setenv("AWS_EC2_METADATA_DISABLED", "false")
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)


def container(url: str, setenv: SetEnv, folder: Path) -> None:
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/container")


def web_identity(url: str, setenv: SetEnv, folder: Path) -> None:
    (folder / "token").write_text("a web identity")
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(folder / "token"))
    setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
    setenv("AWS_ENDPOINT_URL_STS", url)
    setenv("AWS_DEFAULT_REGION", "eu-west-3")


def files(url: str, setenv: SetEnv, folder: Path) -> None:
    (folder / ".aws").mkdir()
    (folder / ".aws" / "credentials").write_text("[work]\naws_access_key_id = AKFILE\naws_secret_access_key = hush\n")
    setenv("AWS_PROFILE", "work")


@pytest.mark.parametrize(
    ("arranged", "access"), [(instance, "AKROLE"), (container, "AKROLE"), (web_identity, "AKWEB"), (files, "AKFILE")]
)
async def test_aws(
    raw_server: RawServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arranged: Callable[[str, SetEnv, Path], None],
    access: str,
) -> None:
    server = Server(latest__api__token="t", **{"security-credentials": "role", "security-credentials__role": ROLE},
                    container=ROLE)  # fmt: skip
    if arranged is web_identity:
        server.answers = {"": ASSUMED}
    async with raw_server(server) as url:
        arranged(url, monkeypatch.setenv, tmp_path)
        keys = await aws.chain().get()
    assert (keys.access, keys.secret, bool(keys.token)) == (access, "hush", arranged is not files)


async def test_aws_without_an_identity() -> None:
    with pytest.raises(AuthFailed):
        await aws.chain().get()


async def test_google_by_the_metadata_server(
    raw_server: RawServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = {"access_token": "ya29.hush", "expires_in": 3599, "token_type": "Bearer"}
    info = {"email": "gateway@p.example", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}
    server = Server(**{"": {}, "default__token": token, "service-accounts__default": info, "project-id": "p",
                       "universe-domain": "googleapis.com"})  # fmt: skip
    server.answers = dict(sorted(server.answers.items(), key=lambda item: -len(item[0])))
    async with raw_server(server) as url:
        host = url.removeprefix("http://")
        monkeypatch.delenv("NO_GCE_CHECK")
        for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP"):
            monkeypatch.setenv(name, host)
        # The library may have been imported before, and reads the host only then.
        monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host)
        assert await google.tokens().get() == "ya29.hush"


async def test_google_by_a_key_of_the_configuration(raw_server: RawServer) -> None:  # noqa: F811
    server = Server(token={"access_token": "ya29.key", "expires_in": 3599, "token_type": "Bearer"})
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    async with raw_server(server) as url:
        key = {"type": "service_account", "client_email": "g@p.example", "private_key": private.decode(),
               "token_uri": f"{url}/token", "project_id": "p", "private_key_id": "1"}  # fmt: skip
        keeper = google.tokens(lambda: json.dumps(key))
        assert await keeper.get() == "ya29.key"
    assert server.asked == ["/token"]


async def test_azure_by_a_managed_identity(
    raw_server: RawServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    until = str(int(time.time()) + 3600)
    server = Server(msi={"access_token": "entra.hush", "expires_on": until, "resource": "r", "token_type": "Bearer"})
    async with raw_server(server) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/msi")
        monkeypatch.setenv("IDENTITY_HEADER", "h")
        assert await azure.tokens("https://cognitiveservices.azure.com/.default").get() == "entra.hush"
    assert server.asked == ["/msi"]


def test_nothing_of_a_cloud_is_loaded_before_it_is_asked() -> None:
    import subprocess
    import sys

    told = "import sys, gateway.serve; print([m for m in ('botocore', 'google.auth', 'azure') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
