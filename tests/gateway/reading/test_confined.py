"""What a worker can't do: reach the network, files, programs, secrets; outlive its pool; take more than it may."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.reading.contents import Contents, Limits
from gateway.reading.pool import Busy, Pool
from tests.gateway.reading import paper

ROOT = Path(__file__).parents[3]
LINUX = platform.system() == "Linux" and platform.machine() in ("x86_64", "aarch64")

TRIED = """
import ctypes, os, sys, socket, subprocess
sys.path.insert(0, {root!r})
from gateway.reading import confine
true_socket = socket.socket.__mro__[1]
held = confine.apply()
libc = ctypes.CDLL(None, use_errno=True) if "filter" in held else None
def refused(attempt):
    try:
        attempt()
    except (PermissionError, OSError):
        return True
    return False
print(
    "filter" in held,
    refused(lambda: socket.socket()),
    refused(lambda: true_socket(socket.AF_INET, socket.SOCK_STREAM)),
    refused(lambda: open("/etc/passwd")),
    refused(lambda: os.fork()),
    refused(lambda: subprocess.run(["/bin/true"])),
    refused(lambda: os.kill(os.getppid(), 0)),
)
"""


@pytest.mark.skipif(not LINUX, reason="the filter of system calls is Linux's")
def test_the_kernel_refuses_network_files_and_programs() -> None:
    code = TRIED.format(root=str(ROOT))
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["True"] * 7, said.stderr


def test_the_serving_process_imports_no_parser() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import gateway.serve; print('pypdf' in sys.modules)"
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
async def test_a_worker_has_no_environment_and_two_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECLUSE_SECRET", "canary")
    held = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(held, True)
    pool = Pool(1, 1, 512 << 20)
    try:
        assert (await pool.read(b"Bonjour", "raw", Limits())).kind == "text"
        pid = pool._idle[0]._process.pid
        assert_bare(pid)
    finally:
        await pool.close()
        os.close(held)
    assert not os.path.exists(f"/proc/{pid}")  # noqa: ASYNC240


def assert_bare(pid: int) -> None:
    """No environment, two pipes, no way to new privileges."""
    process = Path(f"/proc/{pid}")
    assert (process / "environ").read_bytes().strip(b"\0") == b""
    assert sorted(os.listdir(process / "fd")) == ["0", "1", "2"]
    assert os.readlink(process / "fd/2") == "/dev/null"
    assert "NoNewPrivs:\t1" in (process / "status").read_text()


async def test_a_file_that_takes_too_much_memory() -> None:
    pool = Pool(1, 1, 160 << 20)
    try:
        raw = paper.word("", {"customXml/a.xml": b"<a>" + b"x" * 130_000_000 + b"</a>"})
        assert (await pool.read(raw, "raw", Limits(seconds=60.0))).reason == "memory"
        assert (await pool.read(b"Bonjour", "raw", Limits())).kind == "text"
    finally:
        await pool.close()


async def test_a_pool_that_is_resized_full_or_closed() -> None:
    pool = Pool(1, 0, 512 << 20)
    slow = paper.word("", {"word/a.xml": b"<a>" + b"<b>x</b>" * 12_000_000})
    first = asyncio.create_task(pool.read(slow, "raw", Limits(seconds=1.0)))
    while not pool.processes:
        await asyncio.sleep(0)
    with pytest.raises(Busy):
        await pool.read(b"Bonjour", "raw", Limits())
    assert await first == Contents("", reason="time")
    assert (await pool.read(b"Bonjour", "raw", Limits())).kind == "text"
    assert pool.processes == 1
    pool.rest()
    assert pool.processes == 1  # it has just worked
    pool.rest()
    assert pool.processes == 0
    pool.resize(2, 1, 300 << 20)
    found = await asyncio.gather(*(pool.read(b"Bonjour", "raw", Limits()) for _ in range(3)))
    assert [f.kind for f in found] == ["text"] * 3
    await pool.close()
    with pytest.raises(Busy):
        await pool.read(b"Bonjour", "raw", Limits())


async def test_a_worker_that_cannot_start_is_no_reading() -> None:
    pool = Pool(1, 1, 1 << 20)
    with pytest.raises(Busy):
        await pool.read(b"Bonjour", "raw", Limits())
    await pool.close()


def children() -> list[int]:
    """Reading processes that are past their start."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(os.getpid()) and "Seccomp:\t2" in (entry / "status").read_text():
                found.append(int(entry.name))
        except (OSError, IndexError):
            continue
    return found


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
async def test_a_worker_that_dies_is_replaced() -> None:
    pool = Pool(1, 1, 512 << 20)
    slow = paper.word("", {"word/a.xml": b"<a>" + b"<b>x</b>" * 12_000_000})
    reading = asyncio.create_task(pool.read(slow, "raw", Limits(seconds=60.0)))
    while not children():
        await asyncio.sleep(0.01)
    os.kill(children()[0], 9)
    assert await reading == Contents("", reason="worker_died")
    assert (await pool.read(b"Bonjour", "raw", Limits())).kind == "text"
    await pool.close()
