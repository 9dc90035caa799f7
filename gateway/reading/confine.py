"""What a worker gives up before it reads the first file: memory, files, the network, other programs.

Limits of resources always hold. On Linux the kernel's own filter of system calls then leaves what reads and writes
open pipes, takes memory and tells the time, and nothing else: no sockets, no processes, no names of files, no signals
to others. A network namespace of its own is taken where that is permitted. `apply` says what holds.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import signal
import socket
import struct
from typing import NoReturn

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_CLONE_NEWNET = 0x40000000
_FILTER = 2

# What a worker still needs, by number (kernel tables of each architecture); every other call is answered with EPERM:
# read, write, close, fstat, lseek, pread64, readv, writev; mmap, mprotect, munmap, brk, mremap, madvise; rt_sigaction,
# rt_sigprocmask, rt_sigreturn, sigaltstack; poll, ppoll; sched_yield, getpid, gettid, getrusage, futex, exit,
# exit_group, restart_syscall; clock_gettime, clock_getres, gettimeofday, time, getrandom, set_robust_list, rseq.
_CALLS = {
    "x86_64": (
        0xC000003E,
        302,
        (0, 1, 3, 5, 8, 17, 19, 20, 9, 10, 11, 12, 25, 28, 13, 14, 15, 131, 7, 271, 24, 39, 186, 98, 202, 60, 231, 219,
         228, 229, 96, 201, 318, 273, 334),
    ),
    "aarch64": (
        0xC00000B7,
        261,
        (63, 64, 57, 80, 62, 67, 65, 66, 222, 226, 215, 214, 216, 233, 134, 135, 139, 132, 73, 124, 172, 178, 165, 98,
         93, 94, 128, 113, 114, 169, 278, 99, 293),
    ),
}  # fmt: skip
_X32 = 0x40000000  # x86-64 numbers from here on are a second table of the same calls
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000


def limit(memory: int) -> None:
    """Resources: so much memory, no file written, no core left behind, nothing survives the gateway."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (OSError, ValueError):
        if platform.system() == "Linux":  # macOS has no such limit
            raise
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent()


def end_with_parent() -> None:
    """On Linux: end when the process that started this one does, and let no other process look into the memory."""
    libc = _libc()
    if libc is not None:
        _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(libc, _PR_SET_DUMPABLE, 0)


def apply() -> tuple[str, ...]:
    """Give up the network, programs and files for good; what holds: `namespace`, `filter`, `guard`.

    To be called when all modules are imported: nothing can be opened afterwards where `filter` holds.
    """
    held = []
    libc = _libc()
    if libc is not None and libc.unshare(_CLONE_NEWNET) == 0:
        held.append("namespace")
    if libc is not None and _filter(libc):
        held.append("filter")
    socket.socket = _Refused  # type: ignore[assignment,misc]
    return (*held, "guard")


def cpu(seconds: float) -> None:
    """Let this process use so many more seconds of processor time before the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


class _Refused:
    """Stands for `socket.socket`."""

    def __init__(self, *_: object, **__: object) -> NoReturn:
        raise PermissionError("no network here")


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if platform.system() == "Linux" else None


def _filter(libc: ctypes.CDLL) -> bool:
    known = _CALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    program = _program(*known)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    there = ctypes.create_string_buffer(head, len(head))
    return _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1) and _prctl(libc, _PR_SET_SECCOMP, _FILTER, ctypes.addressof(there))


def _prctl(libc: ctypes.CDLL, *words: int) -> bool:
    filled = [*words, 0, 0, 0, 0][:5]
    return int(libc.prctl(filled[0], *map(ctypes.c_ulong, filled[1:]))) == 0


def _program(architecture: int, limits: int, calls: tuple[int, ...]) -> bytes:
    """A classic BPF program over the architecture (offset 4) and the number of the call (offset 0).

    limits: the number of prlimit64, allowed for processor time (second argument, offset 24, is 0) of this very process
    (first argument, offset 16, is 0).
    """
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]
    for number in calls:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [(_EQUAL, 1, 0, limits), (_RETURN, 0, 0, _REFUSE)]
    for argument in (16, 24):
        steps += [(_LOAD, 0, 0, argument), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
