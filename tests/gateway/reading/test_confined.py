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
from gateway.reading.formats import read
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
    except (OSError, ValueError):
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
import errno, resource
def kept(number, *words):
    ctypes.set_errno(0)
    return libc.syscall(number, *words) == -1 and ctypes.get_errno() == errno.EPERM
mine = {file!r}
for attempt in (
    lambda: os.truncate(mine, 0), lambda: os.unlink(mine), lambda: os.rename(mine, mine + "2"),
    lambda: os.chmod(mine, 0), lambda: os.utime(mine), lambda: os.link(mine, mine + "3"),
    lambda: os.symlink(mine, mine + "4"), lambda: os.mkdir(mine + "5"), lambda: os.listdir("/"), lambda: os.stat("/"),
    lambda: os.pipe(), lambda: os.pidfd_open(os.getppid()), lambda: resource.prlimit({victim}, resource.RLIMIT_CPU),
    lambda: os.setpriority(os.PRIO_PROCESS, {victim}, 5), lambda: os.sched_setaffinity({victim}, [0]),
    lambda: os.setsid(), lambda: os.dup(1), lambda: os.memfd_create("x"),
):
    if not refused(attempt):
        print("open", attempt.__code__.co_firstlineno)
x86 = {x86}
others = (
    (200, 129, 297, 424, 434, 101, 310, 311, 62, 234, 165, 321, 317, 157) if x86
    else (130, 138, 240, 424, 434, 117, 270, 271, 129, 131, 40, 280, 277, 167)
)
for number in others:
    if not kept(number, {victim}, 9, 0, 0, 0, 0):
        print("open", number)
if not refused(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))):
    print("open limits")
resource.setrlimit(resource.RLIMIT_CPU, (50, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(not LINUX, reason="the filter of system calls is Linux's")
def test_the_kernel_refuses_network_files_and_programs(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    file.write_text("kept")
    victim = subprocess.Popen([sys.executable, "-I", "-c", "input()"], stdin=subprocess.PIPE)
    try:
        x86 = platform.machine() == "x86_64"
        code = TRIED.format(root=str(ROOT), file=str(file), victim=victim.pid, x86=x86)
        command = [sys.executable, "-I", "-c", code]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert said.stdout.split() == ["True"] * 7, said.stderr
        assert victim.poll() is None
    finally:
        victim.communicate(b"\n", timeout=60)
    assert file.read_text() == "kept" and os.listdir(tmp_path) == ["ledger"]


async def test_a_worker_reads_what_a_reader_without_bounds_reads() -> None:
    """The filter takes nothing away that a parser needs, in any format."""
    table = paper.excel([["nom", "IBAN"], ["Durand", 7]])
    word = paper.word(paper.paragraph("Bonjour"), {"word/embeddings/a.xlsx": table, "word/a.pdf": paper.pages("deux")})
    files = [paper.pages("Bonjour", "é" * 3000), paper.encrypted(""), paper.encrypted("secret"), table, word]
    files += ["Élodie".encode(codec) for codec in ("utf-8", "utf-16", "cp1252")]
    files += [
        word[:-30],
        paper.pages("x")[:90],
        b"\x89PNG\r\n\x1a\n",
        b"",
        paper.word(paper.paragraph("mot " * 200_000)),
    ]
    pool = Pool(1, 1, 512 << 20)
    try:
        for raw in files:
            assert await pool.read(raw, "raw", Limits(), "text/plain") == read(raw, Limits(), "text/plain")
    finally:
        await pool.close()


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
