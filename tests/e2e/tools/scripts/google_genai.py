"""The google-genai SDK: generate content, tools in parallel in a stream, and one by one without."""

import cases
from google import genai
from google.genai import types

client = genai.Client(api_key=cases.KEY, http_options=types.HttpOptions(base_url=cases.URL, timeout=60_000))
DECLARED = types.FunctionDeclaration(name="weather", description=cases.HELP, parameters_json_schema=cases.SCHEMA)
CONFIG = types.GenerateContentConfig(
    tools=[types.Tool(function_declarations=[DECLARED])],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


def generate(model):
    said = [types.Content(role="user", parts=[types.Part(text=cases.PARALLEL)])]
    parts, _ = streamed(model, said)
    calls = [part.function_call for part in parts if part.function_call]
    said += results(parts)
    last, usage = streamed(model, said)
    said, one_by_one = [types.Content(role="user", parts=[types.Part(text=cases.ONE)])], []
    while True:
        answer = client.models.generate_content(model=model, contents=said, config=CONFIG)
        if not answer.function_calls:
            break
        one_by_one += spoken(answer.function_calls)
        said += results(answer.candidates[0].content.parts)
    return {
        "calls": spoken(calls),
        "text": "".join(part.text or "" for part in last if not part.thought),
        "usage": [usage.prompt_token_count, usage.candidates_token_count],
        "one": one_by_one,
        "whole": answer.text,
    }


def streamed(model, said):
    parts, usage = [], None
    for chunk in client.models.generate_content_stream(model=model, contents=said, config=CONFIG):
        usage = chunk.usage_metadata or usage
        parts += (chunk.candidates[0].content and chunk.candidates[0].content.parts) or []
    return parts, usage


def results(parts):
    given = [
        types.Part(
            function_response=types.FunctionResponse(
                id=part.function_call.id,
                name=part.function_call.name,
                response={"output": cases.weather(**part.function_call.args)},
            )
        )
        for part in parts
        if part.function_call
    ]
    return [types.Content(role="model", parts=parts), types.Content(role="user", parts=given)]


def spoken(calls):
    return [[call.name, dict(call.args)] for call in calls]


def further(model):
    wrong = genai.Client(api_key="wrong", http_options=types.HttpOptions(base_url=cases.URL, timeout=60_000))
    return {
        "models": sorted(model.name.removeprefix("models/") for model in client.models.list()),
        "wrong key": cases.status(lambda: list(wrong.models.list())),
        "count": client.models.count_tokens(model=model, contents=cases.ONE).total_tokens,
    }


cases.each(genai.__version__, {"gemini_generate": generate, "further": further})
