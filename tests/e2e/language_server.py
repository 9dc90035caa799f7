"""A client of the YAML language server, over its standard input and output: what an editor asks and is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SECONDS = 60.0


class Server:
    """One running server with the files of one folder."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process, self.folder = process, folder
        self.number = 0
        self.told: list[dict[str, Any]] = []

    def open(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open a file with this text; what the editor underlines in it."""
        uri = (self.folder / name).as_uri()
        self._send("textDocument/didOpen", {
            "textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text},
        })  # fmt: skip
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return list(message["params"]["diagnostics"])

    def complete(self, name: str, line: int, character: int) -> list[str]:
        """What is offered at a place (from 0)."""
        found = self._ask("textDocument/completion", self._place(name, line, character))
        return [item["label"] for item in found["items"]]

    def hover(self, name: str, line: int, character: int) -> str:
        """What is shown of a place."""
        found = self._ask("textDocument/hover", self._place(name, line, character))
        return str(found["contents"]["value"]) if found else ""

    def start(self, settings: dict[str, Any]) -> None:
        """Say hello. settings: as an editor keeps them under `yaml`."""
        self.settings = settings
        root = self.folder.as_uri()
        able = {
            "textDocument": {"completion": {}, "hover": {}, "publishDiagnostics": {}},
            "workspace": {"configuration": True, "workspaceFolders": True},
        }
        said = {"processId": None, "rootUri": root, "workspaceFolders": [{"uri": root, "name": "folder"}]}
        self._ask("initialize", {**said, "capabilities": able})
        self._send("initialized", {})
        self._send("workspace/didChangeConfiguration", {"settings": {"yaml": settings}})

    def _place(self, name: str, line: int, character: int) -> dict[str, Any]:
        uri = (self.folder / name).as_uri()
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}

    def _ask(self, method: str, params: Any) -> Any:
        self.number += 1
        number = self.number
        self._send(method, params, id=number)
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _next(self) -> dict[str, Any]:
        """The next message; what the server asks of an editor is answered on the way."""
        length = 0
        while line := self.process.stdout.readline().strip():  # type: ignore[union-attr]
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server ended"
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))  # type: ignore[union-attr]
        if "method" in message and "id" in message:
            asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
            answer = [self.settings if item.get("section") == "yaml" else None for item in asked]
            self._send(None, None, id=message["id"], result=answer or None)
        return message

    def _send(self, method: str | None, params: Any, **more: Any) -> None:
        call = {} if method is None else {"method": method, "params": params}
        raw = json.dumps({"jsonrpc": "2.0", **call, **more}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(raw) + raw)  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]


@contextmanager
def language_server(command: str, folder: Path, settings: dict[str, Any]) -> Iterator[Server]:
    """A server that ends with the block, and after a minute in any case."""
    process = subprocess.Popen(
        [command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, start_new_session=True
    )
    late = threading.Timer(SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    server = Server(process, folder)
    try:
        server.start(settings)
        yield server
    finally:
        late.cancel()
        with suppress(ProcessLookupError):  # with its helpers, or the pipe stays open
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
