"""The coverage matrix of the docs: what happens to every part of every call, made from the route table.

`python -m deploy.generate.coverage > docs/reference/coverage.md`; a test compares the file with this.
"""

from __future__ import annotations

import sys

from adapters.ask import BATCH, MANAGING
from adapters.registry import DIALECTS, VENDORS
from gateway.pages.unserved import UNSERVED, Unserved
from gateway.routes import ROUTES, Route

STAGES = ("identity", "inspection", "ruling", "quota", "ledger", "metrics", "failover")
PARTS = (
    ("messages, prompts, instructions", "inspected, edited in place"),
    ("tool definitions", "inspected, edited in place"),
    ("tool arguments and results", "inspected (arguments also decoded), edited in place"),
    (
        "unknown fields, object keys, numbers",
        "inspected; keys and numbers can't be edited, so a finding there is refused",
    ),
    (
        "PDF, Word, Excel, PowerPoint, OpenDocument and text files, whatever they are called",
        "read and inspected; never edited, so a finding that would be redacted is refused",
    ),
    (
        "images, audio, files that can't be read, token arrays",
        "class `not_inspectable`: denied to external destinations unless a rule allows",
    ),
    ("URLs that a vendor would fetch", "class `remote_url`: denied unless a rule allows"),
    ("tools that a vendor would run", "class `server_tool`: denied unless a rule allows"),
    (
        "encrypted reasoning, signatures",
        "class `vendor_state`: only back to the vendor that issued it here; left out for others where the API allows",
    ),
    (
        "fields that tell who asks (`user`, `safety_identifier`, `prompt_cache_key`, `metadata`, `client_metadata`, "
        "`labels`)",
        "class `identity`: replaced where a rule says so",
    ),
    (
        "responses, files and batches that a vendor keeps (`store`, `background`, `previous_response_id`, "
        "`input_file_id`, `/v1/responses/{response}`, `/v1/files/{file}`, `/v1/batches/{batch}`)",
        "only where the destination may keep them, and for whoever had them made; everybody else gets a 404",
    ),
    ("references to other vendor-held objects", "refused"),
)


def matrix() -> str:
    """The page, as Markdown."""
    lines = [
        "# Coverage",
        "",
        "Made from the route table by `python -m deploy.generate.coverage`; a test compares the two, and another",
        "sends a call down every route to see that no stage is skipped.",
        "",
        "## Routes",
        "",
        "| route | dialect | streams | " + " | ".join(STAGES) + " | served by |",
        "|---" * (len(STAGES) + 4) + "|",
        *(_route(route) for route in ROUTES),
        "",
        "Vendors stand where they speak the dialect itself. Calls in `openai_chat`, `openai_responses`,",
        "`anthropic_messages` and `gemini_generate` reach the others too, [translated](translation.md).",
        "",
        "Token counts are not counted on quotas: agent tools ask for dozens at once. Answers of embeddings and token",
        "counts hold no text, so response rules have nothing to judge there. Calls on what a vendor keeps have no",
        "body: their query is inspected, only known members of it are sent, and each counts as a request.",
        "",
        "## Parts of a request, the same on every route",
        "",
        "| part | what happens |",
        "|---|---|",
        *(f"| {part} | {what} |" for part, what in PARTS),
        "",
        "## Answers, streamed or not",
        "",
        "Text, reasoning and tool arguments are judged by the response rules on each channel. Rules on one finding",
        "stream; rules on a set of findings hold the answer to its end. An error after the first word is an event in",
        "the stream.",
        "",
        "## Refused",
        "",
        "These APIs of vendors are refused (404, `path_not_served`) but for the routes above, whatever the method,",
        "websockets too. Each time is an EVENT `path.refused` and counts in `ecluse_unserved_total`.",
        "",
        "| paths | why |",
        "|---|---|",
        *(f"| {', '.join(f'`{one.path}`' for one in rows)} | {rows[0].words['en']} |" for rows in _refused()),
        "",
        "Every other path is a 404; a websocket upgrade is a 426.",
        "",
    ]
    return "\n".join(lines)


def _refused() -> list[list[Unserved]]:
    """The table's rows, together with those that have the same reason."""
    reasons = dict.fromkeys(one.why for one in UNSERVED)
    return [[one for one in UNSERVED if one.why == why] for why in reasons]


def pinned(route: Route) -> bool:
    """Whether it is about what a vendor keeps, so that its calls go there and nowhere else."""
    return route.dialect is not None and DIALECTS[route.dialect].operation in (*MANAGING, BATCH)


def _route(route: Route) -> str:
    if route.dialect is None:
        stages = ["yes" if s in route.stages else "-" for s in STAGES]
        return f"| `{route.method} {route.path}` | {route.purpose} | - | " + " | ".join(stages) + " | the gateway |"
    operation = DIALECTS[route.dialect].operation
    said = {"quota": "not counted"} if operation == "count_tokens" else {"failover": "pinned"} if pinned(route) else {}
    stages = [said.get(s, "yes") for s in STAGES]
    kinds = ", ".join(name for name, kind in VENDORS.items() if route.dialect in kind.dialects)
    streams = "yes" if route.streams else "no"
    return f"| `{route.method} {route.path}` | `{route.dialect}` | {streams} | " + " | ".join(stages) + f" | {kinds} |"


if __name__ == "__main__":
    sys.stdout.write(matrix())
