"""The Anthropic SDK: messages, tools in parallel in a stream, and one by one without."""

import anthropic
import cases

client = anthropic.Anthropic(base_url=cases.URL, api_key=cases.KEY, max_retries=0, timeout=60)
TOOLS = [{"name": "weather", "description": cases.HELP, "input_schema": cases.SCHEMA}]


def messages(model):
    ask = {"model": model, "max_tokens": 500, "tools": TOOLS}
    said = [{"role": "user", "content": cases.PARALLEL}]
    parts = []
    with client.messages.stream(**ask, messages=said) as stream:
        for event in stream:
            if event.type == "input_json":
                parts.append(event.partial_json)
        first = stream.get_final_message()
    assert "".join(parts).count("town") == 2, "the arguments came in events of their own"
    said += results(first)
    with client.messages.stream(**ask, messages=said) as stream:
        text = "".join(stream.text_stream)
        usage = stream.get_final_message().usage
    said, one_by_one = [{"role": "user", "content": cases.ONE}], []
    while (answer := client.messages.create(**ask, messages=said)).stop_reason == "tool_use":
        one_by_one += spoken(answer)
        said += results(answer)
    return {
        "calls": spoken(first),
        "text": text,
        "usage": [usage.input_tokens, usage.output_tokens],
        "one": one_by_one,
        "whole": answer.content[-1].text,
    }


def results(answer):
    calls = [block for block in answer.content if block.type == "tool_use"]
    told = [{"type": "tool_use", "id": call.id, "name": call.name, "input": call.input} for call in calls]
    given = [{"type": "tool_result", "tool_use_id": call.id, "content": cases.weather(**call.input)} for call in calls]
    return [{"role": "assistant", "content": told}, {"role": "user", "content": given}]


def spoken(answer):
    return [[block.name, block.input] for block in answer.content if block.type == "tool_use"]


def further(model):
    wrong = anthropic.Anthropic(base_url=cases.URL, api_key="wrong", max_retries=0)
    said = [{"role": "user", "content": cases.ONE}]
    return {
        "models": sorted(model.id for model in client.models.list()),
        "wrong key": cases.status(lambda: list(wrong.models.list())),
        "count": client.messages.count_tokens(model=model, messages=said).input_tokens,
    }


cases.each(anthropic.__version__, {"anthropic_messages": messages, "further": further})
