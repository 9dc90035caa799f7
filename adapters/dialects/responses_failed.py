"""The event with which a stream of the Responses API ends badly."""

from __future__ import annotations

import orjson

from adapters.dialects.failures import names
from adapters.wire.sse import encode


def failed(
    kind: str, message: str, *, code: str | None, call_id: str, sequence: int | None = None, response: str | None = None
) -> bytes:
    """`response.failed`.

    sequence: of this event, one more than the last that the client had. response: id of the response that it was told.
    Clients act on a closed set of codes, so `code` in the error is the one for `kind` (a refusal by policy is
    `invalid_prompt`, which nobody retries); our own code stands in the metadata.
    """
    metadata = {"call_id": call_id} if code is None else {"call_id": call_id, "code": code}
    event: dict[str, object] = {
        "type": "response.failed",
        "response": {
            "id": response or f"resp_{call_id}",
            "object": "response",
            "status": "failed",
            "error": {"code": names(kind).response_code, "message": message},
            "incomplete_details": None,
            "output": [],
            "usage": None,
            "metadata": metadata,
        },
    }
    if sequence is not None:
        event["sequence_number"] = sequence
    return encode("response.failed", orjson.dumps(event))
