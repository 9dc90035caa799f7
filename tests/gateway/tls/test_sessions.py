"""A session that a client takes up again is worth no more than the certificate that it began with."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.config.tls import TlsSettings
from gateway.tls.contexts import Current, context
from gateway.tls.material import Material
from tests.gateway.tls.papers import DAY, Authority, pem

AUTHORITY, STAFF = Authority(), Authority("Staff")
OWN = AUTHORITY.issue()


def client(folder: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(cadata=AUTHORITY.own.alone.decode())
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(*STAFF.issue(ends=1).into(folder))
    return made


def connected(
    listener: Current, by: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Both ends after a handshake, the client's first. A session lasts where neither is dropped before its end."""
    coming, going, back, forth = (ssl.MemoryBIO() for _ in range(4))
    ours = listener.wrap_bio(coming, going, server_side=True)
    theirs = by.wrap_bio(back, forth, server_hostname="localhost", session=session)
    for _ in range(4):
        for end in (theirs, ours):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
            coming.write(forth.read())
            back.write(going.read())
    return theirs, ours


def test_a_session_ends_with_its_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []
    material = Material(OWN.chain, pem(OWN.key), STAFF.own.chain)
    listener, known = Current(context(material, TlsSettings(), failed.append)), client(tmp_path)
    first = connected(listener, known)
    session = first[0].session
    again = connected(listener, known, session)
    assert again[0].session_reused and failed == []
    renewed = Current(context(material, TlsSettings(), failed.append))
    assert not connected(renewed, known, session)[0].session_reused
    later = time.time() + 2 * DAY.total_seconds()
    monkeypatch.setattr("gateway.tls.contexts.time.time", lambda: later)
    with pytest.raises(ssl.SSLError, match="has ended"):
        connected(listener, known, session)
    assert failed == ["client_certificate"]
