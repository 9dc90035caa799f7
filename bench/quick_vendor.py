"""A vendor that costs nearly nothing: one answer for all, so that what is measured is the gateway.

.venv/bin/python bench/quick_vendor.py 19083
"""

from __future__ import annotations

import asyncio
import json
import sys

_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def answer() -> bytes:
    """A stream of a few words, as one write."""
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": word}, None) for word in ("Oui, ", "c'est ", "fait.")] + [({}, "stop")]
    events = [{**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": stop}]} for delta, stop in deltas]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode() + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head + body


class Vendor(asyncio.Protocol):
    """One connection. Reads requests by their content-length alone."""

    ANSWER = answer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(self.ANSWER)  # type: ignore[attr-defined]


async def main(port: int) -> None:
    """Serves until killed."""
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
