"""What each tool has to be told, in its own files and words: base URL, models, key, and nothing sent elsewhere.

Keys are never written: tools take them from $ECLUSE_KEY, or from a command or file that has them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from gateway.tooling.choosing import Models

KEY = "ECLUSE_KEY"


class Wanted(NamedTuple):
    """url: of the gateway, without a path. key_file: a file that holds the key, "" where $ECLUSE_KEY does."""

    url: str
    models: Models
    key_file: str = ""


class Piece(NamedTuple):
    """One file of settings. path: below the home folder, "" for lines of a shell. value: members of a JSON file, or
    the text of any other."""

    path: str
    value: Mapping[str, Any] | str


class Tool(NamedTuple):
    """title: as people call it. start: how it is begun; "" for a library."""

    title: str
    start: str
    pieces: Callable[[Wanted], Iterator[Piece]]


def _shell(wanted: Wanted, **values: str) -> Piece:
    """Lines of a shell. A value that begins with $ stays a reference."""
    lines = [f'export {KEY}="$(cat {shlex.quote(wanted.key_file)})"'] if wanted.key_file else []
    for name, value in values.items():
        said = f'"{value}"' if value.startswith("$") else shlex.quote(value)
        lines.append(f"export {name}={said}")
    return Piece("", "".join(f"{line}\n" for line in lines))


def _claude_code(wanted: Wanted) -> Iterator[Piece]:
    helper = f"cat {shlex.quote(wanted.key_file)}" if wanted.key_file else f"printenv {KEY}"
    environment = {
        "ANTHROPIC_BASE_URL": wanted.url,
        "ANTHROPIC_MODEL": wanted.models.main,
        "ANTHROPIC_DEFAULT_SONNET_MODEL": wanted.models.main,
        "ANTHROPIC_DEFAULT_OPUS_MODEL": wanted.models.main,
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": wanted.models.small,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
    }
    yield Piece(".claude/settings.json", {"apiKeyHelper": helper, "env": environment})


def _codex(wanted: Wanted) -> Iterator[Piece]:
    said = json.dumps
    yield Piece(
        ".codex/config.toml",
        f"model = {said(wanted.models.main)}\n"
        'model_provider = "ecluse"\n'
        "check_for_update_on_startup = false\n"
        'web_search = "disabled"\n\n'
        "[model_providers.ecluse]\n"
        'name = "Ecluse"\n'
        f"base_url = {said(wanted.url + '/v1')}\n"
        f'env_key = "{KEY}"\n'
        'wire_api = "responses"\n\n'
        "[features]\nplugins = false\n\n"
        '[analytics]\nenabled = false\n\n[otel]\nexporter = "none"\n',
    )
    yield _shell(wanted)


def _gemini_cli(wanted: Wanted) -> Iterator[Piece]:
    yield Piece(
        ".gemini/settings.json",
        {
            "model": {"name": wanted.models.main},
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
            "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        },
    )
    yield _shell(wanted, GOOGLE_GEMINI_BASE_URL=wanted.url, GEMINI_API_KEY=f"${KEY}")


def _opencode(wanted: Wanted) -> Iterator[Piece]:
    key = f"{{file:{wanted.key_file}}}" if wanted.key_file else f"{{env:{KEY}}}"
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Ecluse",
        "options": {"baseURL": f"{wanted.url}/v1", "apiKey": key},
        "models": {name: {} for name in dict.fromkeys(wanted.models)},
    }
    settings = {
        "$schema": "https://opencode.ai/config.json",
        "model": f"ecluse/{wanted.models.main}",
        "small_model": f"ecluse/{wanted.models.small}",
        "enabled_providers": ["ecluse"],
        "autoupdate": False,
        "share": "disabled",
        "provider": {"ecluse": provider},
    }
    yield Piece(".config/opencode/opencode.json", settings)
    yield _shell(wanted._replace(key_file=""), OPENCODE_DISABLE_MODELS_FETCH="1", OPENCODE_DISABLE_AUTOUPDATE="1")


def _aider(wanted: Wanted) -> Iterator[Piece]:
    said = json.dumps
    yield Piece(
        ".aider.conf.yml",
        f"model: {said('openai/' + wanted.models.main)}\n"
        f"weak-model: {said('openai/' + wanted.models.small)}\n"
        f"openai-api-base: {said(wanted.url + '/v1')}\n"
        "check-update: false\n"
        "analytics-disable: true\n"
        "show-model-warnings: false\n"
        "show-release-notes: false\n",
    )
    yield _shell(wanted, OPENAI_API_KEY=f"${KEY}", LITELLM_LOCAL_MODEL_COST_MAP="True")


def _openai(wanted: Wanted) -> Iterator[Piece]:
    yield _shell(wanted, OPENAI_BASE_URL=f"{wanted.url}/v1", OPENAI_API_KEY=f"${KEY}")


def _anthropic(wanted: Wanted) -> Iterator[Piece]:
    yield _shell(wanted, ANTHROPIC_BASE_URL=wanted.url, ANTHROPIC_API_KEY=f"${KEY}")


TOOLS: Mapping[str, Tool] = {
    "claude-code": Tool("Claude Code", "claude", _claude_code),
    "codex": Tool("Codex", "codex", _codex),
    "gemini-cli": Tool("gemini-cli", "gemini", _gemini_cli),
    "opencode": Tool("opencode", "opencode", _opencode),
    "aider": Tool("aider", "aider", _aider),
    "openai": Tool("OpenAI SDK", "", _openai),
    "anthropic": Tool("Anthropic SDK", "", _anthropic),
}
