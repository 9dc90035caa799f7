"""A wheel built from a clean copy of the checkout: everything is in it, and it works where nothing else of us is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import CONFIG, ROOT, Vendors, serve

pytestmark = pytest.mark.e2e

PACKAGES = ("adapters/", "gateway/", "observability/", "policies/")
SHIPPED = (".py", ".yaml", ".json", ".txt", ".bin", ".lua", "py.typed")


def files() -> list[str]:
    """The files of the checkout, as a clone would have them: what git ignores is left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that neither old build folders nor ignored files get into it."""
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    for name in files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    (found,) = out.glob("ecluse-*.whl")
    return found


@pytest.fixture(scope="module")
def ecluse(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that holds the wheel alone; its dependencies are borrowed from this one."""
    place = tmp_path_factory.mktemp("bare")
    venv.create(place, with_pip=False)
    install = ["install", "-q", "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel)]
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), *install]
    subprocess.run(pip, check=True, timeout=120)
    return place / "bin" / "ecluse"


def borrowed() -> str:
    """Where this environment keeps what `ecluse` depends on."""
    return sysconfig.get_path("purelib")


def ran(ecluse: Path, *words: str, folder: Path) -> str:
    """What a command says that must end well."""
    done = subprocess.run(
        [str(ecluse), *words], cwd=folder, env={**os.environ, "PYTHONPATH": borrowed()},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_four_packages_are_in_it_whole_and_nothing_else(wheel: Path) -> None:
    wanted = {name for name in files() if name.startswith(PACKAGES) and name.endswith(SHIPPED)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert any(name.endswith(".yaml") for name in held)


def test_the_command_works_from_it(ecluse: Path, tmp_path: Path) -> None:
    where = "import gateway, policies; print(gateway.__file__, policies.__file__)"
    python = subprocess.run(
        [str(ecluse.with_name("python")), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": borrowed()},
    )  # fmt: skip
    assert python.stdout.count(str(ecluse.parents[1])) == 2, "the wheel's packages run, not the checkout's"
    assert "serve" in ran(ecluse, "--help", folder=tmp_path)
    ran(ecluse, "init", "house", folder=tmp_path)
    assert (tmp_path / "house" / "config.yaml").exists()
    ran(ecluse, "check", "--config", "house/config.yaml", folder=tmp_path)


def test_it_serves(ecluse: Path, tmp_path: Path, vendors: Vendors) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG.format(vendors=vendors.url))
    serving = serve(tmp_path, ecluse=ecluse, PYTHONPATH=borrowed())
    try:
        answer = httpx.post(
            serving.url + "/v1/chat/completions",
            headers={"authorization": f"Bearer {serving.key}"},
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "[[sim:say=Bonjour]]"}]},
        )
        assert answer.json()["choices"][0]["message"]["content"] == "Bonjour"
    finally:
        assert serving.started.stop() == 0
