"""What a listener is given to speak TLS with: a context that every new connection asks for the one in force."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gateway.tls.handing import in_memory
from gateway.tls.material import Material, TlsRefused

if TYPE_CHECKING:
    from gateway.config.tls import TlsSettings

_REASONS = {
    "HTTP_REQUEST": "plain_http",
    "UNSUPPORTED_PROTOCOL": "version",
    "NO_SHARED_CIPHER": "version",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "client_certificate",
    "CERTIFICATE_VERIFY_FAILED": "client_certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "distrusted",
    "SSLV3_ALERT_BAD_CERTIFICATE": "distrusted",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "distrusted",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "distrusted",
}
"""OpenSSL's words for why a handshake failed, and ours."""

Failed = Callable[[str], None]


_PLAIN = b"This port speaks TLS: the URL begins with https://\n"
_TOLD = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_PLAIN),
    _PLAIN,
)


class Current(ssl.SSLContext):
    """Given to a listener once. now: the context of the certificate in force; connections keep theirs.

    full: whether the listener has room for no further handshake.
    """

    now: ssl.SSLContext
    full: Callable[[], bool]

    def __new__(cls, now: ssl.SSLContext) -> Current:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)
        made.now, made.full = now, lambda: False
        return made

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Of a new connection, which is dropped where there is no room."""
        if self.full():
            raise ssl.SSLError("no room")
        made = self.now.wrap_bio(incoming, outgoing, *args, **kwargs)
        assert isinstance(made, _Handshake)
        made.outgoing = outgoing
        return made


class _Context(ssl.SSLContext):
    failed: Failed


class _Handshake(ssl.SSLObject):
    """One that fails tells the client why, which the event loops would leave out: they drop what waits to be sent."""

    outgoing: ssl.MemoryBIO
    _over: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        """As ever, but where it fails the loop first sends what there is to say; the client, or time, ends it then."""
        if self._over is not None:
            raise self._over
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as failed:
            self._tell(_REASONS.get(failed.reason or "", "other"))
            if not self.outgoing.pending:
                raise
            self._over = failed
            raise ssl.SSLWantReadError from None
        if self._outlived():
            self._tell("client_certificate")
            raise ssl.SSLError("the certificate of the session has ended")

    def _outlived(self) -> bool:
        """Whether a client goes on with a session (of TLS 1.2, by its id) whose certificate has ended meanwhile."""
        if not self.session_reused or self.context.verify_mode is not ssl.CERT_REQUIRED:
            return False
        shown = self.getpeercert()
        return not shown or ssl.cert_time_to_seconds(str(shown["notAfter"])) <= time.time()

    def _tell(self, reason: str) -> None:
        context = self.context
        assert isinstance(context, _Context)
        context.failed(reason)
        if reason == "plain_http":
            self.outgoing.read()
            self.outgoing.write(_TOLD)


def context(material: Material, settings: TlsSettings, failed: Failed) -> ssl.SSLContext:
    """The context of files that fit together. failed: told of each handshake that fails. Raises TlsRefused."""
    made = _Context(ssl.PROTOCOL_TLS_SERVER)
    made.failed, made.sslobject_class = failed, _Handshake
    made.minimum_version = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}[settings.min_version]
    made.set_alpn_protocols(["http/1.1"])
    made.options |= ssl.OP_NO_RENEGOTIATION
    try:
        # OpenSSL takes files alone, and those of the configuration may have changed since they were judged.
        with in_memory(material.certificate) as certificate, in_memory(material.key) as key:
            made.load_cert_chain(f"/proc/self/fd/{certificate}", f"/proc/self/fd/{key}", password=lambda: b"")
    except ssl.SSLError as refused:
        raise TlsRefused("certificate", "openssl", f"OpenSSL refuses it: {_words(refused)}") from None
    if material.client_ca:
        _demand(made, material.client_ca)
    return made


def _demand(made: ssl.SSLContext, authorities: bytes) -> None:
    try:
        made.load_verify_locations(cadata=authorities.decode("ascii", "replace"))
    except ssl.SSLError as refused:
        raise TlsRefused("client_ca", "openssl", f"OpenSSL refuses it: {_words(refused)}") from None
    made.verify_mode = ssl.CERT_REQUIRED
    # A session taken up again shows its certificate to nobody. TLS 1.2 can do so by an id, which Python can't forbid:
    # each context knows its own sessions only, so that new authorities count, and `_outlived` looks at the date.
    made.num_tickets = 0
    made.options |= ssl.OP_NO_TICKET


def _words(refused: ssl.SSLError) -> str:
    return (refused.reason or "unknown").lower().replace("_", " ")
