"""The client of the control surface of a running gateway: HTTP over its Unix socket."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx

from gateway.config import load_places


class ControlFailed(Exception):
    """The gateway can't be reached, or refused what was asked. Its words are for the operator."""


def ask(config: Path, method: str, path: str, body: Any = None, *, seconds: float = 30.0) -> Any:
    """The plain values that the gateway of this configuration answers; ControlFailed says why it didn't."""
    socket = load_places(config).control_socket
    nobody = ControlFailed(f"no gateway answers at {socket}: is it running, and may you open its socket?")
    if not socket.is_socket():
        raise nobody
    try:
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://control", timeout=seconds
        ) as client:
            answer = client.request(method, path, json=body)
    except httpx.ConnectError:
        raise nobody from None
    except httpx.HTTPError as error:
        raise ControlFailed(f"the gateway at {socket} didn't answer: {type(error).__name__}") from None
    return _read(answer)


def say_failed(failed: ControlFailed) -> int:
    """Print why and give the exit code."""
    print(failed, file=sys.stderr)
    return 1


def _read(answer: httpx.Response) -> Any:
    try:
        value = answer.json()
    except ValueError:
        raise ControlFailed(f"the gateway answered {answer.status_code} without JSON") from None
    if answer.is_success:
        return value
    words = value.get("refused") if isinstance(value, dict) else None
    raise ControlFailed(str(words or f"the gateway answered {answer.status_code}"))
