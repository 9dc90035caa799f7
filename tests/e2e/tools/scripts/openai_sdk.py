"""The OpenAI SDK: chat completions and responses, tools in parallel in a stream, and one by one without."""

import json

import cases
import openai

client = openai.OpenAI(base_url=f"{cases.URL}/v1", api_key=cases.KEY, max_retries=0, timeout=60)
FUNCTION = {"name": "weather", "description": cases.HELP, "parameters": cases.SCHEMA}


def chat(model):
    tools = [{"type": "function", "function": FUNCTION}]
    messages = [{"role": "user", "content": cases.PARALLEL}]
    ask = {"model": model, "tools": tools, "stream": True, "stream_options": {"include_usage": True}}
    calls, _, _ = chat_stream(client.chat.completions.create(**ask, messages=messages))
    messages += chat_results(calls)
    _, text, usage = chat_stream(client.chat.completions.create(**ask, messages=messages))
    messages, one_by_one = [{"role": "user", "content": cases.ONE}], []
    while True:
        answer = client.chat.completions.create(model=model, tools=tools, messages=messages).choices[0].message
        if not answer.tool_calls:
            break
        one_by_one += [[call.id, call.function.name, call.function.arguments] for call in answer.tool_calls]
        messages += chat_results(one_by_one[-1:])
    return {"calls": spoken(calls), "text": text, "usage": usage, "one": spoken(one_by_one), "whole": answer.content}


def chat_stream(stream):
    calls, text, usage = [], "", None
    for chunk in stream:
        usage = [chunk.usage.prompt_tokens, chunk.usage.completion_tokens] if chunk.usage else usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for part in choice.delta.tool_calls or ():
                if part.index == len(calls):
                    calls.append([part.id, part.function.name, ""])
                calls[part.index][2] += part.function.arguments or ""
    return calls, text, usage


def chat_results(calls):
    told = [{"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in calls]
    results = [{"role": "tool", "tool_call_id": i, "content": cases.weather(**json.loads(a))} for i, _, a in calls]
    return [{"role": "assistant", "content": None, "tool_calls": told}, *results]


def responses(model):
    ask = {"model": model, "tools": [{"type": "function", "strict": False, **FUNCTION}], "store": False}
    said = [{"role": "user", "content": cases.PARALLEL}]
    calls, _, _ = response_stream(client.responses.create(**ask, input=said, stream=True))
    said += response_results(calls)
    _, text, usage = response_stream(client.responses.create(**ask, input=said, stream=True))
    said, one_by_one = [{"role": "user", "content": cases.ONE}], []
    while True:
        answer = client.responses.create(**ask, input=said)
        calls_now = [[o.call_id, o.name, o.arguments] for o in answer.output if o.type == "function_call"]
        if not calls_now:
            break
        one_by_one += calls_now
        said += response_results(calls_now)
    whole = answer.output_text
    return {"calls": spoken(calls), "text": text, "usage": usage, "one": spoken(one_by_one), "whole": whole}


def response_stream(stream):
    arguments, calls, text, usage = {}, [], "", None
    for event in stream:
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.function_call_arguments.delta":
            arguments[event.item_id] = arguments.get(event.item_id, "") + event.delta
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            assert arguments[event.item.id] == event.item.arguments, "the deltas differ from the whole"
            calls.append([event.item.call_id, event.item.name, event.item.arguments])
        elif event.type == "response.completed":
            usage = [event.response.usage.input_tokens, event.response.usage.output_tokens]
    return calls, text, usage


def response_results(calls):
    told = [{"type": "function_call", "call_id": i, "name": n, "arguments": a} for i, n, a in calls]
    return told + [
        {"type": "function_call_output", "call_id": i, "output": cases.weather(**json.loads(a))} for i, _, a in calls
    ]


def spoken(calls):
    return [[name, json.loads(arguments)] for _, name, arguments in calls]


def further(model):
    wrong = openai.OpenAI(base_url=f"{cases.URL}/v1", api_key="wrong", max_retries=0)
    vectors = client.embeddings.create(model="text-embedding-3-small", input=["Lyon", "Paris"]).data
    return {
        "models": sorted(model.id for model in client.models.list()),
        "wrong key": cases.status(lambda: list(wrong.models.list())),
        "embeddings": [len(vector.embedding) for vector in vectors],
    }


cases.each(openai.__version__, {"openai_chat": chat, "openai_responses": responses, "further": further})
