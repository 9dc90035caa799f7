"""A certificate handed to a process that is started: by descriptor, so that a key is on no command line and no disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from gateway.tls.material import Material


@contextmanager
def in_memory(raw: bytes) -> Iterator[int]:
    """The descriptor of a file that only its holders can read, and that is on no disk."""
    descriptor = os.memfd_create("ecluse-tls", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as out:
            out.write(raw)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def handed(material: Material | None) -> Iterator[tuple[int, ...]]:
    """Descriptors for the process; none where it is given nothing."""
    with ExitStack() as stack:
        files = () if material is None else (material.certificate, material.key, material.client_ca)
        yield tuple(stack.enter_context(in_memory(raw)) for raw in files)


def taken(descriptors: Sequence[int]) -> Material | None:
    """What was handed by these, which are closed."""
    if not descriptors:
        return None
    return Material(*(_read(one) for one in descriptors))


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as handed_in:
        handed_in.seek(0)
        return handed_in.read()
