"""litellm as a client: one function for every dialect."""

import importlib.metadata
import json

import cases
import litellm

TOOLS = [{"type": "function", "function": {"name": "weather", "description": cases.HELP, "parameters": cases.SCHEMA}}]


def asking(provider, base):
    def ask(model):
        call = {"model": f"{provider}/{model}", "api_base": base, "api_key": cases.KEY, "tools": TOOLS, "timeout": 60}
        said = [{"role": "user", "content": cases.PARALLEL}]
        first, _ = streamed(call, said)
        said += results(first)
        last, usage = streamed(call, said)
        said, one_by_one = [{"role": "user", "content": cases.ONE}], []
        while (answer := litellm.completion(**call, messages=said).choices[0].message).tool_calls:
            one_by_one += spoken(answer)
            said += results(answer)
        return {
            "calls": spoken(first),
            "text": last.content,
            "usage": [usage.prompt_tokens, usage.completion_tokens],
            "one": one_by_one,
            "whole": answer.content,
        }

    return ask


def streamed(call, said):
    chunks = list(litellm.completion(**call, messages=said, stream=True, stream_options={"include_usage": True}))
    built = litellm.stream_chunk_builder(chunks, messages=said)
    return built.choices[0].message, built.usage


def results(message):
    given = [
        {"role": "tool", "tool_call_id": call.id, "content": cases.weather(**json.loads(call.function.arguments))}
        for call in message.tool_calls
    ]
    return [message.model_dump(exclude_none=True), *given]


def spoken(message):
    return [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls or ()]


cases.each(
    importlib.metadata.version("litellm"),
    {
        "openai_chat": asking("openai", f"{cases.URL}/v1"),
        "anthropic_messages": asking("anthropic", cases.URL),
        "gemini_generate": asking("gemini", f"{cases.URL}/v1beta"),
    },
)
