"""Vendors and model servers that speak dialects of others, told apart by data: each row is a vendor kind.

A row says where the vendor listens, which dialects it speaks under which path, which members of a request have another
name there or may not be set by a caller, and what its failures are called beside the words that all share. What a row
leaves out: members that would send a text on to somebody else (other models, providers, plugins, hosts), since where a
call goes is not a caller's to say, and members for which the vendor refuses the whole request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from adapters.vendors.base import Envelope, Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor
from adapters.vendors.envelopes import Members
from adapters.vendors.mistral import MistralChat
from adapters.vendors.taxonomy import NO_MORE, Words

CHAT, COMPLETIONS, EMBEDDINGS = "openai_chat", "openai_completions", "openai_embeddings"
RESPONSES, MESSAGES, RERANK = "openai_responses", "anthropic_messages", "rerank"
_PLAIN: Mapping[str, str] = {CHAT: "/chat/completions", COMPLETIONS: "/completions", EMBEDDINGS: "/embeddings"}
_OLD_LIMIT = {"max_completion_tokens": "max_tokens"}


class Profile(NamedTuple):
    """One vendor kind. base_url: None where every installation has its own. paths: by dialect, after the base URL.

    renamed, without: members of a chat request. barred: members that no dialect of it may have. unnamed: as of a
    VendorKind. words: what its failures are called. chat: its form of chat completions, where members aren't all that
    differs.
    """

    kind: str
    base_url: str | None
    paths: Mapping[str, str]
    renamed: Mapping[str, str] = {}
    without: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    unnamed: tuple[str, ...] = ()
    words: Words = NO_MORE
    chat: Envelope | None = None

    def vendor_kind(self) -> VendorKind:
        """The row of the registry."""
        return VendorKind(
            self.kind, frozenset(self.paths), (), self.base_url, self._build, self._envelopes(), unnamed=self.unnamed
        )

    def _build(self, options: Mapping[str, str]) -> Vendor:
        return BearerVendor(self.kind, self.paths, words=self.words)

    def _envelopes(self) -> dict[str, Envelope]:
        found: dict[str, Envelope] = {}
        for dialect in self.paths:
            if dialect == CHAT and self.chat is not None:
                found[dialect] = self.chat
            elif dialect == CHAT and (self.renamed or self.without or self.barred):
                found[dialect] = Members(self.renamed, self.without | self.barred)
            elif self.barred and "{" not in self.paths[dialect]:  # calls about what is kept have no body
                found[dialect] = Members(without=self.barred)
        return found


PROFILES = (
    Profile(
        "groq", "https://api.groq.com/openai/v1", {CHAT: "/chat/completions"},
        without=frozenset({"logprobs", "top_logprobs", "logit_bias"}),
        barred=frozenset({"search_settings", "compound_custom", "include_domains", "exclude_domains"}),
        words=Words(
            statuses={498: "overload", 424: "server"},
            tokens={
                "model_decommissioned": "not_found", "blocked_api_access": "money", "organization_restricted": "auth",
                "tool_use_failed": "server", "json_validate_failed": "server", "over_capacity": "overload",
            },
        ),
    ),
    Profile(
        "deepseek", "https://api.deepseek.com",
        {CHAT: "/chat/completions", COMPLETIONS: "/beta/completions", MESSAGES: "/anthropic/v1/messages"},
        renamed=_OLD_LIMIT,
        words=Words(phrases=(("content exists risk", "content_policy"), ("insufficient balance", "money"))),
    ),
    Profile(
        "openrouter", "https://openrouter.ai/api/v1", {**_PLAIN, MESSAGES: "/messages", RERANK: "/rerank"},
        barred=frozenset({"models", "fallbacks", "route", "provider", "plugins", "preset", "trace", "debug"}),
        unnamed=(":", "@", "openrouter/"),  # :online searches, :free is another contract, @preset and auto choose
        words=Words(
            statuses={502: "overload"},
            phrases=(("requires moderation", "content_policy"), ("flagged", "content_policy"),
                     ("insufficient credits", "money"), ("requires more credits", "money")),
        ),
    ),
    Profile(
        "together", "https://api.together.xyz/v1", _PLAIN, renamed=_OLD_LIMIT,
        barred=frozenset({"safety_model"}),
        words=Words(
            tokens={"model_rate_limit": "rate_limit", "dynamic_request_limited": "ramp",
                    "dynamic_token_limited": "ramp", "credit_limit": "money"},
            phrases=(("`max_new_tokens` must be <=", "context_length"),),
        ),
    ),
    Profile(
        "fireworks", "https://api.fireworks.ai/inference/v1", _PLAIN,
        words=Words(statuses={412: "money"}, phrases=(("is suspended", "money"),)),
    ),
    Profile(
        "ollama", "http://127.0.0.1:11434/v1", {**_PLAIN, RESPONSES: "/responses", MESSAGES: "/messages"},
        renamed=_OLD_LIMIT,
        words=Words(phrases=(("model requires more system memory", "overload"), ("server busy", "overload"))),
    ),
    Profile(
        "vllm", None,
        {**_PLAIN, RESPONSES: "/responses", MESSAGES: "/messages", RERANK: "/rerank",
         # It can't delete one, nor say what went into it.
         "openai_response_retrieve": "/responses/{response}",
         "openai_response_cancel": "/responses/{response}/cancel"},
        # `request_id` would be the name of what it keeps, and so could be that of somebody else's.
        barred=frozenset({
            "kv_transfer_params", "vllm_xargs", "chat_template", "mm_processor_kwargs", "request_id",
        }),
    ),
    Profile(
        "mistral", "https://api.mistral.ai/v1", {CHAT: "/chat/completions", EMBEDDINGS: "/embeddings"},
        chat=MistralChat(),
        words=Words(
            tokens={"3505": "overload", "service_tier_capacity_exceeded": "overload", "rate_limited": "rate_limit",
                    "1500": "not_found", "invalid_model": "not_found"},
            phrases=(("maximum context length", "context_length"), ("activate your subscription", "money"),
                     ("inactive subscription", "money")),
        ),
    ),
)  # fmt: skip

PROFILED: Mapping[str, VendorKind] = {profile.kind: profile.vendor_kind() for profile in PROFILES}
