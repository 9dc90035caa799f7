"""One endpoint of a simulated vendor: reads a request, and answers it whole or streamed, soundly or as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from adapters.vendors.simulator.bodies import value_of
from adapters.vendors.simulator.breaks import BREAKS, Rest, break_of, half_a_character
from adapters.vendors.simulator.clouds import exception
from adapters.vendors.simulator.dialects import failure
from adapters.vendors.simulator.directives import DirectiveError, Directives, merge, read
from adapters.vendors.simulator.frames import Frame, item
from adapters.vendors.simulator.line import CONNECTION, ClientLeftError, Line
from adapters.vendors.simulator.oddities import INTERIM, STRAY, is_odd, oddity
from adapters.vendors.simulator.prompt import Prompt, tokens
from adapters.vendors.simulator.recorder import Faults, Received, Recorder
from adapters.vendors.simulator.script import Script, write
from adapters.vendors.simulator.speech import Speech

Headers = Sequence[tuple[bytes, bytes]]

_JSON = "application/json"
_EVENTS = "text/event-stream; charset=utf-8"
_CODES = {
    "insufficient_quota": 429, "rate_limit_exceeded": 429, "rate_limit_error": 429, "slow_down": 429,
    "context_length_exceeded": 400, "content_filter": 400, "content_policy_violation": 400,
    "enforced_spend_limit_reached": 400, "billing_error": 402, "model_not_found": 404, "not_found_error": 404,
    "invalid_api_key": 401, "authentication_error": 401, "permission_error": 403, "overloaded_error": 529,
}  # fmt: skip


class Keeping(Protocol):
    """Where a vendor keeps its answers."""

    def admit(self, body: bytes) -> bytes: ...
    def keep(self, script: Script, prompt: Prompt, seconds: float) -> None: ...


class Speaker:
    """An ASGI app of its own, because its answers may break off."""

    def __init__(
        self, name: str, recorder: Recorder, faults: Faults, speech: Speech, shelf: Keeping | None = None
    ) -> None:
        """shelf: where answers are kept, in dialects in which some are."""
        self._name, self._recorder, self._faults, self._speech = name, recorder, faults, speech
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        received = keep(self._recorder, self._name, scope, body)
        line, outcome = Line(scope, receive, send), "gone"
        try:
            outcome = await self._speak(scope["headers"], body, line)
        except ClientLeftError:
            pass
        finally:
            self._recorder.end(received, outcome)
            await line.close()

    async def _speak(self, head: Headers, body: bytes, line: Line) -> str:
        """Answer; the outcome for the record."""
        if (stranger := self._speech.admits(dict(head))) is not None:
            return await self._refuse(line, 403, stranger, Directives())
        try:
            prompt, asked = self._understand(head, body, line.said)
            seed = body if self._shelf is None else self._shelf.admit(body)
        except (DirectiveError, ValueError) as problem:
            return await self._refuse(line, 400, str(problem), Directives())
        line.pieces = asked.pieces
        await line.pause(asked.delay)
        line.raw(INTERIM * asked.interim)
        if is_odd(asked):
            return await oddity(line, asked)
        status = asked.status or (_CODES.get(asked.error, 400) if asked.error and not _in_band(prompt, asked) else 200)
        if asked.fail_before and not prompt.stream:
            status = max(status, 500)
        if status >= 400:
            return await self._refuse(line, status, "The simulator was told to fail.", asked)
        if asked.other:
            prompt = replace(prompt, stream=not prompt.stream)
        script = write(self._name, prompt, asked, seed)
        if self._shelf is not None:
            self._shelf.keep(script, prompt, asked.hold)
            if prompt.asked.get("background") and not prompt.stream:
                asked = replace(asked, hold=0.0)
        if prompt.stream and not asked.length:
            return await self._stream(line, prompt, script, asked)
        return await self._whole(line, prompt, script, asked)

    def _understand(self, head: Headers, body: bytes, said: Mapping[str, str]) -> tuple[Prompt, Directives]:
        """said: what path and query say."""
        value = value_of(head, body)
        if missing := [key for key in self._speech.needs if key not in value]:
            raise ValueError(f"missing required parameter: {missing[0]}")
        if "model" in said:
            value |= {"model": said["model"], "stream": self._speech.streams, "alt": said.get("alt")}
        prompt = replace(self._speech.read(value), input_tokens=tokens(body))
        return prompt, merge(self._faults.now(), read(prompt.text, self._name))

    def _head(self, asked: Directives, kind: str) -> list[tuple[str, str]]:
        return [*headers(self._speech.family), ("content-type", asked.kind or kind), *_padding(asked.headers)]

    async def _refuse(self, line: Line, status: int, message: str, asked: Directives) -> str:
        head = self._head(asked, _JSON)
        if self._speech.family == "aws":
            head.append(exception(status))
        if asked.retry_after is not None:
            head.append(("retry-after", f"{asked.retry_after:g}"))
        await line.start(200 if asked.inside else status, head)
        await line.end(orjson.dumps(failure(self._speech.family, status, message, asked.error)))
        return "failed"

    async def _whole(self, line: Line, prompt: Prompt, script: Script, asked: Directives) -> str:
        """Status, length and a body: of a stream too, where its length is told wrongly."""
        if asked.fail_after is not None:
            return await self._refuse(line, 500, "The simulator was told to fail.", asked)
        said = self._speech.answer(script, prompt)
        data = said.encode() if isinstance(said, str) else orjson.dumps(said) + _spaces(asked)
        kind = self._speech.kind(prompt) or _JSON
        if prompt.stream:
            data = b"".join(frame.encode() for frame in self._speech.stream(script, prompt))
            kind = self._speech.kind(prompt) or _EVENTS
        if asked.malformed is not None:
            data = data[:-1]
        if asked.half is not None:
            data = half_a_character(data)
        if (name := break_of(asked)) is not None:
            return await self._broken(line, data, asked, name)
        told = len(data) + asked.length
        await line.start(200, [*self._head(asked, kind), ("content-length", str(told))])
        await line.pause(asked.hold)
        if told > len(data):
            await line.write(data)
            return "cut"
        await line.end(data[:told])
        if told < len(data):
            await line.breath()
        line.raw(data[told:] + STRAY * asked.stray)
        return "answered"

    async def _broken(self, line: Line, data: bytes, asked: Directives, name: str) -> str:
        """Half of the body, then what the break does; the length is told where it shows that something is missing."""
        told = [("content-length", str(len(data)))] if name in ("cut", "reset", "stall") else []
        await line.start(200, [*self._head(asked, _JSON), *told])
        if name != "torn":
            await line.write(data[: len(data) // 2])
        await BREAKS[name](line, Rest(data, b" "))
        return "cut"

    async def _stream(self, line: Line, prompt: Prompt, script: Script, asked: Directives) -> str:
        kind = self._speech.kind(prompt) or _EVENTS
        await line.start(200, [*self._head(asked, kind), ("cache-control", "no-cache")])
        sent, last = 0, b""
        for frame in self._speech.stream(script, prompt):
            if frame.content or frame.terminal:
                if frame.content and not sent:
                    await line.pause(asked.hold)
                if (asked.fail_before and frame.content) or sent == asked.fail_after:
                    broken = self._speech.broken(script, asked.error)
                    if prompt.array:
                        broken = item(broken, sent, last=True)
                    await line.end(broken.encode())
                    return "failed"
                if (name := break_of(asked, sent)) is not None:
                    await BREAKS[name](line, Rest(frame.encode(), self._speech.alive))
                    return "cut"
                sent += 1
            if frame.terminal and asked.no_done:
                break
            data = _event(frame, sent, asked) if frame.content else frame.encode()
            await line.write(data)
            if frame.terminal:
                await line.write(data * asked.twice + last * asked.after_done)
            elif frame.content:
                last = data
            await line.pause(asked.drip)
        await line.pause(asked.linger)
        await line.end()
        line.raw(STRAY * asked.stray)
        return "answered"


def _in_band(prompt: Prompt, asked: Directives) -> bool:
    return prompt.stream and (asked.fail_before or asked.fail_after is not None)


def _event(frame: Frame, number: int, asked: Directives) -> bytes:
    """A content event, spoiled or made longer where its number is the one."""
    data = frame.data
    if number == asked.malformed:
        data = data[: len(data) // 2]
    if number == asked.half:
        data = half_a_character(data)
    if number == 1:
        data += _spaces(asked)
    return frame._replace(data=data).encode()


def _spaces(asked: Directives) -> bytes:
    return b" " * (asked.pad * 1024)


def _padding(kibibytes: int) -> Iterator[tuple[str, str]]:
    yield from ((f"x-padding-{number}", "x" * 1000) for number in range(kibibytes))


def headers(family: str) -> Iterator[tuple[str, str]]:
    """What vendors send beside the answer; a client of the gateway must see none of the cookies and limits."""
    yield "set-cookie", "__cf_bm=simulated; path=/; HttpOnly; Secure"
    if family == "anthropic":
        yield "request-id", "req_simulated"
        yield "anthropic-ratelimit-requests-remaining", "999"
        yield "anthropic-organization-id", "org-simulated"
    else:
        yield "x-request-id", "req_simulated"
        yield "x-ratelimit-remaining-requests", "999"
        yield "openai-organization", "org-simulated"
        yield "openai-processing-ms", "1"


def keep(recorder: Recorder, name: str, scope: Scope, body: bytes) -> Received:
    """Puts a request on the record of what was received."""
    query = scope["query_string"].decode("latin-1")
    path = scope["path"].removeprefix(scope.get("root_path", "")) + (f"?{query}" if query else "")
    connection = scope.get("state", {}).get(CONNECTION, 0)
    return recorder.begin(name, scope["method"], path, tuple(scope["headers"]), body, connection)
