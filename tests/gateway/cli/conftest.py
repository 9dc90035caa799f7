"""A folder made by `ecluse init`, and commands run against it; a control socket that answers what a test says."""

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest

from gateway.cli.main import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    return tmp_path / "ecluse"


@pytest.fixture
def ecluse(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command against the folder that `init` made: (exit code, stdout, stderr)."""
    capsys.readouterr()

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([*words, "--config", str(home / "config.yaml")])
        return code, *capsys.readouterr()

    return run


@dataclass
class Double:
    """answers: (method, path) -> (status, body). seen: what was asked."""

    config: Path
    answers: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str, Any]] = field(default_factory=list)

    def run(self, *words: str) -> int:
        return main([*words, "--config", str(self.config)])


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Double]:
    config = tmp_path / "config.yaml"
    config.write_text(
        f'server: {{control: {tmp_path}/c.sock}}\nvendors: {{a: {{kind: openai, credential: "${{NOT_SET}}"}}}}\n'
    )
    double = Double(config)

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            double.seen.append((self.command, self.path, json.loads(raw) if raw else None))
            status, body = double.answers[self.command, self.path]
            out = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        do_GET = do_POST = do_DELETE = do  # noqa: N815 - the names that http.server wants

        def log_message(self, *_: Any) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    with ThreadingUnixStreamServer(str(tmp_path / "c.sock"), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield double
        server.shutdown()
