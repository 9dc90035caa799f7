"""A script as staff write them: chats, streams, calls a tool and embeds with the SDKs of the Python that runs it.

Takes the gateway's URL as its argument and the key from $ECLUSE_KEY; prints what came of it as one JSON object.
"""

import json
import os
import sys

import anthropic
import openai

URL, KEY = sys.argv[1], os.environ["ECLUSE_KEY"]
SAY = [{"role": "user", "content": "[[sim:say=Bonjour de Lyon]]"}]
CALL = [{"role": "user", "content": '[[sim:tool=weather {"town": "Lyon"}]]'}]
NOTHING = {"type": "object", "properties": {}}


def with_openai():
    client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
    model = "gpt-4o-mini"
    chat = client.chat.completions.create(model=model, messages=SAY)
    stream = client.chat.completions.create(model=model, messages=SAY, stream=True)
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    tools = [{"type": "function", "function": {"name": "weather", "parameters": NOTHING}}]
    called = client.chat.completions.create(model=model, messages=CALL, tools=tools).choices[0].message.tool_calls[0]
    vectors = client.embeddings.create(model="text-embedding-3-small", input=["Lyon", "Paris"]).data
    return {
        "version": openai.__version__,
        "chat": chat.choices[0].message.content,
        "stream": streamed,
        "tool": [called.function.name, json.loads(called.function.arguments)],
        "responses": client.responses.create(model=model, input=SAY[0]["content"]).output_text,
        "embeddings": [len(vector.embedding) for vector in vectors],
        "models": sorted(model.id for model in client.models.list()),
        "wrong key": _status(openai.OpenAI(base_url=f"{URL}/v1", api_key="wrong", max_retries=0).models.list),
    }


def with_anthropic():
    client = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0)
    ask = {"model": "claude-sonnet-5", "max_tokens": 200}
    with client.messages.stream(**ask, messages=SAY) as stream:
        streamed = "".join(stream.text_stream)
    tools = [{"name": "weather", "input_schema": NOTHING}]
    called = client.messages.create(**ask, messages=CALL, tools=tools).content[0]
    return {
        "version": anthropic.__version__,
        "chat": client.messages.create(**ask, messages=SAY).content[0].text,
        "stream": streamed,
        "tool": [called.name, called.input],
        "count": client.messages.count_tokens(model=ask["model"], messages=SAY).input_tokens,
        "models": sorted(model.id for model in client.models.list()),
        "wrong key": _status(anthropic.Anthropic(base_url=URL, api_key="wrong", max_retries=0).models.list),
    }


def _status(ask):
    try:
        ask()
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        return error.status_code
    return None


if __name__ == "__main__":
    print(json.dumps({"openai": with_openai(), "anthropic": with_anthropic()}))
