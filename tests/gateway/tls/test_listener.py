"""TLS on our own listener over real sockets: calls, renewals under open streams, and clients that can't be served."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.drills.probing import Probes
from gateway.looking import Page
from gateway.serve import Gateway, gateway
from gateway.tls.material import TlsRefused
from tests.conftest import CONFIG, House, configured
from tests.gateway.tls.papers import Authority, Papers

AUTHORITY = Authority()
EXPIRY, REFUSED = "ecluse_certificate_expiry_timestamp_seconds", "ecluse_certificate_refused"
FAILURES = "ecluse_tls_handshake_failures_total"
TLS = CONFIG.replace("control: c.sock}", "control: c.sock, tls: {certificate: tls/tls.pem, key: tls/tls.key%s}}")


def served(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs a test on the loop that serves: asyncio's own speaks TLS otherwise."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        uvloop.run(test(*args, **kwargs))

    return run


def trusting(papers: Papers = AUTHORITY.own, folder: Path | None = None) -> ssl.SSLContext:
    """A client's. folder: with the certificate and key in there."""
    made = ssl.create_default_context(cadata=papers.alone.decode())
    if folder is not None:
        made.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    return made


@asynccontextmanager
async def tls_house(tmp_path: Path, papers: Papers, more: str = "", limits: str = "") -> AsyncIterator[House]:
    """A house whose data listener speaks TLS with these papers."""
    config = configured(tmp_path / "house", (TLS % more).replace("drain_seconds: 5", f"drain_seconds: 5{limits}"))
    papers.into(config.parent / "tls")
    async with gateway(config, development=True) as serving:
        house = House(serving, config.parent, "", httpx.AsyncClient())
        house.key = house.issue()
        async with client(house) as house.client:
            yield house


def client(house: House, verify: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {house.key}"}
    url = house.url.replace("http:", "https:")
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=20, verify=verify or trusting())


async def serial(house: House) -> int:
    """That of the certificate that a new connection sees."""
    _, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port, ssl=trusting())
    raw = writer.get_extra_info("ssl_object").getpeercert(True)
    writer.close()
    await writer.wait_closed()
    return x509.load_der_x509_certificate(raw).serial_number


async def value(house: House, family: str, label: str = "data") -> float:
    """That of a series with one label."""
    runtime = house.gateway.runtime
    found = {tuple(labels): value for labels, value in (await Page(runtime).snapshot())[family]}
    return float(found.get((label,), 0.0))


async def renewed(serving: Gateway) -> None:
    """Two looks: the second finds that the files stood still."""
    certificates = serving.runtime.certificates
    assert certificates is not None
    await certificates.step()
    assert await certificates.step()


@served
async def test_a_call_goes_by_tls_and_nothing_else_is_spoken(tmp_path: Path) -> None:
    async with tls_house(tmp_path, AUTHORITY.issue(), ", min_version: TLSv1.3") as house:
        assert (await house.chat("Bonjour")).status_code == 200
        async with httpx.AsyncClient() as plain:
            told = await plain.get(house.url)
        assert (told.status_code, "https://" in told.text) == (400, True)
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            old = trusting()
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            await asyncio.open_connection("127.0.0.1", house.gateway.data.port, ssl=old)
        assert await value(house, FAILURES, "plain_http") == await value(house, FAILURES, "version") == 1


@served
async def test_a_renewal_is_taken_while_a_stream_goes_on_over_the_old_one(tmp_path: Path) -> None:
    old, new = AUTHORITY.issue(ends=2), AUTHORITY.issue(ends=80)
    async with tls_house(tmp_path, old) as house:
        assert await serial(house) == old.serial
        ask: dict[str, Any] = {"model": "gpt-4o-mini", "stream": True}
        ask["messages"] = [{"role": "user", "content": "[[sim:words=40,drip=0.02]]"}]
        async with house.client.stream("POST", "/v1/chat/completions", json=ask) as answer:
            pieces = answer.aiter_raw()
            assert await anext(pieces)
            new.into(house.folder / "tls")
            await renewed(house.gateway)
            assert await serial(house) == new.serial
            rest = b"".join([piece async for piece in pieces])
        assert rest.rstrip().endswith(b"data: [DONE]")
        assert (await house.chat("Encore")).status_code == 200  # the kept connection, of before the renewal
        assert await value(house, EXPIRY) == new.certificate.not_valid_after_utc.timestamp()
        assert await value(house, REFUSED) == 0


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("mismatch", "mismatch"),
        ("half", "no_certificate"),
        ("expired", "expired"),
        ("gone", "unreadable"),
    ],
)
@served
async def test_a_renewal_that_is_no_good_keeps_the_one_in_force_and_is_said(
    tmp_path: Path, broken: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    good = AUTHORITY.issue()
    async with tls_house(tmp_path, good) as house:
        folder = house.folder / "tls"
        if broken == "mismatch":
            (folder / "tls.pem").write_bytes(AUTHORITY.issue().chain)
        elif broken == "half":
            (folder / "tls.pem").write_bytes(good.chain[:100])
        elif broken == "expired":
            AUTHORITY.issue(begins=-9, ends=-1).into(folder)
        else:
            (folder / "tls.pem").unlink()
        await renewed(house.gateway)
        assert await serial(house) == good.serial
        assert await value(house, REFUSED) == 1
        certificates = house.gateway.runtime.certificates
        assert certificates is not None
        assert not await certificates.step()  # the same files aren't tried, or told of, again
        assert "server.tls." in str(certificates.shown()["refused"])
        better = AUTHORITY.issue()
        better.into(folder)
        await renewed(house.gateway)
        assert await serial(house) == better.serial
        assert await value(house, REFUSED) == 0
    said = capfd.readouterr().err
    assert said.count('"event":"certificate.refused"') == 1
    assert f'"reason":"{code}"' in said


@served
async def test_clients_show_a_certificate_where_that_is_asked(tmp_path: Path) -> None:
    staff = Authority("Staff")
    staff.issue().into(tmp_path / "staff")
    Authority("Others").issue().into(tmp_path / "others")
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "staff.pem").write_bytes(staff.own.chain)
    async with tls_house(tmp_path, AUTHORITY.issue(), ", client_ca: staff.pem, min_version: TLSv1.3") as house:
        async with client(house, trusting(folder=tmp_path / "staff")) as known:
            assert (await known.get("/v1/models")).status_code == 200
        for context in (trusting(), trusting(folder=tmp_path / "others")):
            async with client(house, context) as stranger:
                # Of TLS 1.3: after the client's half of the handshake, so that it finds out where it reads.
                with pytest.raises((ssl.SSLError, httpx.ReadError), match="ALERT"):
                    await stranger.get("/v1/models")
        assert await value(house, FAILURES, "client_certificate") == 2


@served
async def test_an_authority_that_is_taken_out_counts_from_the_next_connection_on(tmp_path: Path) -> None:
    staff, others = Authority("Staff"), Authority("Others")
    staff.issue().into(tmp_path / "staff")
    authorities = tmp_path / "house" / "staff.pem"
    authorities.parent.mkdir()
    authorities.write_bytes(staff.own.chain + others.own.chain)
    async with tls_house(tmp_path, AUTHORITY.issue(), ", client_ca: staff.pem") as house:
        known = trusting(folder=tmp_path / "staff")
        async with client(house, known) as before:
            assert (await before.get("/v1/models")).status_code == 200
            authorities.write_bytes(others.own.chain)
            await renewed(house.gateway)
            assert (await before.get("/v1/models")).status_code == 200  # an open connection goes on
        async with client(house, known) as after:  # the same context: it would take its session up again
            with pytest.raises((ssl.SSLError, httpx.ReadError), match="ALERT"):
                await after.get("/v1/models")


@served
async def test_a_list_of_authorities_that_is_emptied_lets_nobody_in(tmp_path: Path) -> None:
    """A tool that writes it anew may fail half-way: those of before count on."""
    authorities = tmp_path / "house" / "staff.pem"
    authorities.parent.mkdir()
    authorities.write_bytes(Authority("Staff").own.chain)
    async with tls_house(tmp_path, AUTHORITY.issue(), ", client_ca: staff.pem") as house:
        authorities.write_bytes(b"")
        await renewed(house.gateway)
        async with client(house) as stranger:
            with pytest.raises((ssl.SSLError, httpx.ReadError), match="ALERT"):
                await stranger.get("/v1/models")
        assert await value(house, REFUSED) == 1


@served
async def test_a_renewal_with_a_key_of_another_kind_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    """OpenSSL keeps a certificate for each kind of key: in one context both would be served."""
    kinds = {"RSA": AUTHORITY.issue(key=rsa.generate_private_key(65537, 2048)), "ECDSA": AUTHORITY.issue()}
    async with tls_house(tmp_path, kinds["RSA"]) as house:
        assert [kind for kind in kinds if await speaks(house, kind)] == ["RSA"]
        kinds["ECDSA"].into(house.folder / "tls")
        await renewed(house.gateway)
        assert [kind for kind in kinds if await speaks(house, kind)] == ["ECDSA"]


async def speaks(house: House, kind: str) -> bool:
    """Whether a client that takes one kind of key only is served."""
    picky = trusting()
    picky.maximum_version = ssl.TLSVersion.TLSv1_2
    picky.set_ciphers(f"ECDHE-{kind}-AES128-GCM-SHA256")
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port, ssl=picky)
    except ssl.SSLError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


@served
async def test_what_isnt_tls_is_dropped_counted_and_written_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    nonsense = [
        b"\x00" * 300,
        b"\xff" * 300,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        bytes(range(256)),
        b"\x16\x03\x01\x00\x05hello",
    ]
    async with tls_house(tmp_path, AUTHORITY.issue()) as house:
        for one in nonsense:
            reader, writer = await asyncio.open_connection("127.0.0.1", house.gateway.data.port)
            writer.write(one)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 10.0)
            writer.close()
        counted = [await value(house, FAILURES, reason) for reason in ("other", "version")]
        assert sum(counted) == len(nonsense)
        assert (await house.chat("Bonjour")).status_code == 200
    lines = [line for line in capfd.readouterr().err.splitlines() if '"level":"info"' not in line]
    assert lines == [] == caplog.messages


@served
async def test_what_breaks_tls_after_the_handshake_is_dropped_and_written_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise a stranger could fill the log."""
    async with tls_house(tmp_path, AUTHORITY.issue()) as house:
        for broken in (b"\x17\x03\x03\x00\x20" + bytes(32), b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 300, b""):
            sock = await asyncio.to_thread(shaken, house.gateway.data.port)
            with sock:
                if broken:
                    await asyncio.to_thread(sock.sendall, broken)
                else:  # half of a request, and then a reset
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    continue
                while await asyncio.to_thread(sock.recv, 65536):
                    pass
        assert (await house.chat("Bonjour")).status_code == 200
    lines = [line for line in capfd.readouterr().err.splitlines() if '"level":"info"' not in line]
    assert lines == [] == caplog.messages


def shaken(port: int) -> socket.socket:
    """A connection on which TLS is spoken, to be broken: nothing reads it as TLS any more."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=10.0)
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting().wrap_bio(coming, going, server_hostname="localhost")
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            plain.sendall(going.read())
            coming.write(plain.recv(65536))
        else:
            plain.sendall(going.read())
            return plain


@served
async def test_handshakes_that_never_end_take_room_but_not_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = ", connections: 4, header_seconds: 4"  # within which the fifth comes
    async with tls_house(tmp_path, AUTHORITY.issue(), limits=limits) as house:
        port = house.gateway.data.port
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        try:
            with pytest.raises(httpx.ConnectError):
                await house.client.get("/v1/models")
            for reader, _ in silent:
                assert await asyncio.wait_for(reader.read(), 20.0) == b""
        finally:
            for _, writer in silent:
                writer.close()
        assert (await house.client.get("/v1/models")).status_code == 200
    assert caplog.messages == [], "a stranger could fill the log"


@served
async def test_a_connection_over_the_limit_is_told_so(tmp_path: Path) -> None:
    async with tls_house(tmp_path, AUTHORITY.issue(), limits=", connections: 1") as house:
        assert (await house.client.get("/v1/models")).status_code == 200  # and is kept
        async with client(house) as second:
            assert (await second.get("/v1/models")).status_code == 503


@served
async def test_a_client_that_leaves_is_noticed_at_once(tmp_path: Path) -> None:
    async with tls_house(tmp_path, AUTHORITY.issue()) as house:
        ask: dict[str, Any] = {"model": "gpt-4o-mini", "stream": True}
        ask["messages"] = [{"role": "user", "content": "[[sim:words=400,drip=0.05]]"}]
        async with client(house) as leaving, leaving.stream("POST", "/v1/chat/completions", json=ask) as answer:
            await anext(answer.aiter_raw())
            assert len(house.gateway.runtime.live) == 1
        async with asyncio.timeout(10.0):  # half of what the answer would take
            while house.gateway.runtime.live:
                await asyncio.sleep(0.01)
        assert await value(house, "ecluse_client_gone_total", "stream") == 1


@served
async def test_drills_call_by_a_way_of_their_own(tmp_path: Path) -> None:
    """That name is in no certificate, and nobody issued them one."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "staff.pem").write_bytes(AUTHORITY.own.chain)
    async with tls_house(tmp_path, AUTHORITY.issue(hosts=("ecluse.example",)), ", client_ca: staff.pem") as house:
        runtime = house.gateway.runtime
        socket = str(runtime.epoch.pair.settings.own_socket)
        spoken = frozenset({"openai_chat"})
        probes = Probes(runtime.transport, "http://own", house.key, "gpt-4o-mini", spoken, socket=socket)
        await probes.run(50, lambda: probes.sent >= 3)
        await probes.finish(10.0)
        assert (probes.sent, probes.answered) == (3, 3)


@served
async def test_a_start_without_usable_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TlsRefused, match="isn't the key of the certificate"):
        wrong = Papers(AUTHORITY.issue().certificate, AUTHORITY.issue().key, AUTHORITY.issue().chain)
        async with tls_house(tmp_path, wrong):
            pass


@served
async def test_a_start_with_an_expired_one_serves_and_says_so(tmp_path: Path) -> None:
    async with tls_house(tmp_path, AUTHORITY.issue(begins=-9, ends=-1)) as house:
        assert await value(house, REFUSED) == 1
