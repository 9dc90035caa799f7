"""Calls, from their arrival to their end: what callers see, and what it costs."""

from __future__ import annotations

from observability.families.family import CALL, FAST, GAP, SIZE, Family

CALLS: tuple[Family, ...] = (
    Family(
        "ecluse_requests_total",
        "counter",
        "Calls of identified callers, by how they ended (served, refused, failed, cut, left); those turned away unread "
        "have failed (model: none).",
        ("outcome", "dialect", "model", "team", "use_case"),
        cap=2000,
        keep=("outcome", "team"),
    ),
    Family("ecluse_refusals_total", "counter", "Calls refused, by code of the refusal.", ("code", "dialect")),
    Family(
        "ecluse_failures_total",
        "counter",
        "Calls that failed, by code of the error; where a vendor refused the request, by kind, not in its words.",
        ("code",),
    ),
    Family("ecluse_unidentified_total", "counter", "Requests turned away before anyone was identified.", ("reason",)),
    Family("ecluse_charters_total", "counter", "Charters read by identified callers.", ("language", "format")),
    Family(
        "ecluse_request_seconds",
        "histogram",
        "Arrival of a call to its end.",
        ("dialect", "outcome"),
        CALL,
        exemplars=True,
    ),
    Family(
        "ecluse_overhead_seconds",
        "histogram",
        "What the gateway itself added to a call: total less the wait for vendors.",
        ("dialect",),
        FAST,
        exemplars=True,
    ),
    Family(
        "ecluse_first_token_seconds",
        "histogram",
        "Arrival of a call to the first event with content.",
        ("destination",),
        CALL,
        exemplars=True,
    ),
    Family(
        "ecluse_output_token_seconds",
        "histogram",
        "Time per output token of a streamed answer, after the first.",
        ("destination",),
        GAP,
    ),
    Family(
        "ecluse_stream_gap_seconds", "histogram", "Longest wait between two events of a stream.", ("destination",), GAP
    ),
    Family("ecluse_held_characters", "histogram", "Most characters that response rules held back in a call.", (), SIZE),
    Family("ecluse_held_seconds", "histogram", "Longest time that response rules held text back in a call.", (), GAP),
    Family(
        "ecluse_tokens_total",
        "counter",
        "Tokens as vendors counted them, by type (input, output, cached, reasoning, written, kept).",
        ("type", "destination", "team", "use_case"),
        cap=1000,
        keep=("type", "team"),
    ),
    Family(
        "ecluse_cost_total",
        "counter",
        "What attempts cost, in the currency that the configuration counts in.",
        ("destination", "team", "use_case"),
        cap=1000,
        keep=("team",),
    ),
    Family(
        "ecluse_model_cost_total",
        "counter",
        "What attempts cost, by the public model that was asked for.",
        ("model",),
    ),
    Family(
        "ecluse_cost_failed_total",
        "counter",
        "The part of the cost that brought no whole answer, by result of the attempt (an error's kind, left, a cut).",
        ("destination", "result"),
        cap=500,
    ),
    Family(
        "ecluse_cost_estimated_total",
        "counter",
        "The part of the cost that is for tokens which the vendor didn't count.",
        ("destination",),
    ),
    Family(
        "ecluse_cache_saved_total",
        "counter",
        "What input read from vendors' caches cost less than fresh input would have.",
        ("destination",),
    ),
    Family(
        "ecluse_price_assumed_total",
        "counter",
        "Attempts at a destination without a known price, which count at the dearest.",
        ("destination",),
    ),
    Family(
        "ecluse_webhooks_total",
        "counter",
        "Messages to the company's own addresses, by result of each try (sent, failed, refused, given_up).",
        ("webhook", "result"),
    ),
    Family("ecluse_in_flight", "gauge", "Calls being served now.", merge="sum"),
    Family(
        "ecluse_shed_total",
        "counter",
        "Calls turned away for want of room or while draining, by the priority of their use case where it counts.",
        ("reason", "priority"),
    ),
    Family(
        "ecluse_lists_total", "counter", "Lists of what callers had vendors keep, by kind (file, batch).", ("kind",)
    ),
    Family(
        "ecluse_unserved_total",
        "counter",
        "Requests for vendors' APIs that are refused, by how their path begins.",
        ("api",),
    ),
    Family("ecluse_queue_seconds", "histogram", "Wait for a slot at a destination, by priority.", ("priority",), CALL),
    Family("ecluse_body_bytes", "gauge", "Bytes of request bodies held by calls in flight.", merge="sum"),
    Family(
        "ecluse_door_rate",
        "gauge",
        "Calls a second that are let in while this process is behind; 0 where all are.",
        merge="sum",
    ),
    Family("ecluse_client_gone_total", "counter", "Calls whose client went away, by phase.", ("phase",)),
)
