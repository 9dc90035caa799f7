"""litellm, in the bridge's process and nowhere else: switched off but for the translation of one call.

What it would do beside a call (retries, fallbacks, callbacks, caching, prompt management, model aliases, logs, price
lists fetched from the network) is off by the environment that it is loaded in, by its switches and by the parameters of
each call. Its clients, which follow redirects and read proxies from the environment, are replaced by the one way out.
"""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from adapters.vendors.litellm import Asked
from gateway.bridge.way_out import NoWay, WayOut

_SWITCHES: Mapping[str, Any] = {
    "telemetry": False,
    "suppress_debug_info": True,
    "turn_off_message_logging": True,
    "disable_streaming_logging": True,
    "set_verbose": False,
    "drop_params": False,
    "modify_params": False,
    "num_retries": None,
    "num_retries_per_request": None,
    "model_fallbacks": None,
    "default_fallbacks": None,
    "model_alias_map": {},
    "cache": None,
    "callbacks": [],
    "input_callback": [],
    "success_callback": [],
    "failure_callback": [],
    "service_callback": [],
    "_async_input_callback": [],
    "_async_success_callback": [],
    "_async_failure_callback": [],
    "api_base": None,
    "api_key": None,
    "headers": None,
    "proxy_auth": None,
    "aiohttp_trust_env": False,
    "disable_aiohttp_trust_env": True,
    "enable_prompt_caching": False,
}
_EACH_CALL: Mapping[str, Any] = {"num_retries": 0, "max_retries": 0, "caching": False, "no-log": True}
HINTS = frozenset({"safety_identifier", "prompt_cache_key", "user"})
_SECONDS = 24 * 3600.0  # time limits are the gateway's: it leaves where one has passed


class LiteLLMCalls:
    """Loads litellm, which takes seconds."""

    def __init__(self, way: WayOut) -> None:
        logging.disable(logging.CRITICAL)  # whatever it logs could be a prompt or a key
        self._litellm: Any = importlib.import_module("litellm")
        _switch_off(self._litellm, way)
        self.known = _parameters(self._litellm)

    async def chat(self, asked: Asked, secret: str, parameters: Mapping[str, Any]) -> Any:
        """One chat completion: an answer, or an iterator of chunks where the call wants a stream."""
        taken = self._without_hints(asked, parameters) if HINTS & parameters.keys() else parameters
        return await self._litellm.acompletion(**taken, **_way(asked, secret))

    def _without_hints(self, asked: Asked, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Without what only OpenAI asks for and another vendor can't be told: no answer is another for it."""
        taken = self._litellm.get_supported_openai_params(model=parameters["model"], custom_llm_provider=asked.provider)
        return {name: value for name, value in parameters.items() if name not in HINTS or name in (taken or ())}

    async def embeddings(self, asked: Asked, secret: str, parameters: Mapping[str, Any]) -> Any:
        """The embeddings of a call, as numbers."""
        return await self._litellm.aembedding(**parameters, **_way(asked, secret))


def _way(asked: Asked, secret: str) -> dict[str, Any]:
    """The connection parameters of a call, all from the configuration."""
    version = {"api_version": asked.api_version} if asked.api_version else {}
    return {
        "custom_llm_provider": asked.provider, "api_base": asked.base_url, "api_key": secret or "none",
        "timeout": _SECONDS, **version, **_EACH_CALL,
    }  # fmt: skip


def _switch_off(litellm: Any, way: WayOut) -> None:
    for name, value in _SWITCHES.items():
        setattr(litellm, name, value)
    handlers = importlib.import_module("litellm.llms.custom_httpx.http_handler")

    def client(*_: Any, **__: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=way, trust_env=False, follow_redirects=False, timeout=None)  # noqa: S113

    def blocking(*_: Any, **__: Any) -> httpx.Client:
        return httpx.Client(transport=NoWay(), trust_env=False, follow_redirects=False)

    logger = importlib.import_module("litellm.litellm_core_utils.litellm_logging").Logging
    for name in ("success_handler", "failure_handler"):  # nobody is told of a call, so nothing is made up to be told
        setattr(logger, name, lambda *_, **__: None)
        setattr(logger, f"async_{name}", _nothing)
    handlers.AsyncHTTPHandler.create_client = client
    handlers.HTTPHandler.create_client = blocking
    litellm.aclient_session, litellm.client_session = client(), blocking()


async def _nothing(*_: Any, **__: Any) -> None:
    """Instead of what litellm tells of a call."""


def _parameters(litellm: Any) -> frozenset[str]:
    """The names that litellm itself gives to parameters: a refusal may repeat these."""
    signatures = (litellm.completion, litellm.acompletion, litellm.embedding, litellm.aembedding)
    named = {name for one in signatures for name in inspect.signature(one).parameters}
    return frozenset(named | set(importlib.import_module("litellm.types.utils").all_litellm_params))
