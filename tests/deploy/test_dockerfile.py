"""The Dockerfile: what a linter would look for, and that it fits the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.cli.main import parser
from gateway.config import read_settings
from gateway.documents import load_texts

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
LINES = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", TEXT)).splitlines()
KNOWN = {
    "FROM", "WORKDIR", "ENV", "ARG", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL",
    "ENTRYPOINT", "CMD",
}  # fmt: skip


def of(word: str) -> list[str]:
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{word} ")]


def last_stage() -> str:
    return TEXT[TEXT.rindex("\nFROM ") :]


def test_every_line_is_an_instruction() -> None:
    assert {line.split()[0] for line in LINES if line.strip()} <= KNOWN


def test_images_have_a_version_and_both_stages_the_same() -> None:
    images = {line.split()[0] for line in of("FROM")}
    assert len(images) == 1
    (image,) = images
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", image)


def test_what_is_installed_is_locked_by_hashes() -> None:
    installs = [line for line in of("RUN") if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert not [line for line in LINES if "apt-get" in line or "curl " in line or line.startswith("ADD ")]


def test_the_whole_package_is_copied_and_let_through() -> None:
    found = re.search(r"include = \[(.+)\]", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert found is not None
    packages = {name.strip('" *') for name in found[1].split(",")}
    assert packages <= {line.split()[0] for line in of("COPY")}
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignored[0] == "*"
    assert {f"!{name}" for name in (*packages, "requirements", "pyproject.toml", "README.md")} <= set(ignored)


def test_it_runs_as_nobody_special_by_number() -> None:
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    uid, gid = user.split(":")
    assert f"--uid {uid} " in last_stage() and f"--gid {gid} " in last_stage()


def test_its_user_can_write_the_volume() -> None:
    """A new volume is as the folder in the image, which would be root's if only the line that declares it made it."""
    (folder,), (user,) = of("VOLUME"), of("USER")
    uid, gid = user.split(":")
    as_root = last_stage().partition("\nUSER ")[0]
    assert f"install -d -o {uid} -g {gid} -m 0700 {folder}\n" in as_root
    assert "\nVOLUME " not in as_root  # what is done to a folder after this line is lost


def test_its_ports_and_health_check_are_those_of_the_configuration() -> None:
    server = read_settings(load_texts({"config.yaml": b"organisation: x"}), ROOT, {}).server
    assert of("EXPOSE") == [f"{server.data.port} {server.metrics.port}"]
    (check,) = of("HEALTHCHECK")
    assert f"http://127.0.0.1:{server.metrics.port}/healthz" in check
    program = re.search(r'CMD \["python", "-c", "(.+)"\]', check)
    assert program is not None
    compile(program[1], "HEALTHCHECK", "exec")


def test_it_is_stopped_by_a_drain_and_started_by_our_command() -> None:
    assert of("STOPSIGNAL") == ["SIGTERM"]
    assert of("ENTRYPOINT") == ['["ecluse"]']  # no shell between: signals reach it
    (command,) = of("CMD")[-1:]
    words = re.findall(r'"([^"]+)"', command)
    assert words[0] == "serve"
    assert parser(words[:1]).parse_args(words).config.is_relative_to("/var/lib/ecluse")


@pytest.mark.parametrize("extra", ["clouds", "litellm"])
def test_extras_that_it_can_be_built_with_are_locked(extra: str) -> None:
    assert (ROOT / "requirements" / f"{extra}.txt").exists()
