"""LangChain: a chat model of each vendor with a tool bound to it, and an agent that runs the tool by itself."""

import importlib.metadata

import cases
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI

weather = tool("weather", description=cases.HELP)(cases.weather)


def asking(build):
    def ask(model):
        chat = build(model)
        bound, said = chat.bind_tools([weather]), [HumanMessage(cases.PARALLEL)]
        first = streamed(bound, said)
        said += [first, *(ToolMessage(cases.weather(**c["args"]), tool_call_id=c["id"]) for c in first.tool_calls)]
        last = streamed(bound, said)
        steps = create_agent(chat, [weather]).invoke({"messages": [HumanMessage(cases.ONE)]})["messages"]
        return {
            "calls": spoken(first),
            "text": last.text,
            "usage": [last.usage_metadata["input_tokens"], last.usage_metadata["output_tokens"]],
            "one": [call for step in steps if step.type == "ai" for call in spoken(step)],
            "whole": steps[-1].text,
        }

    return ask


def streamed(chat, said):
    whole = None
    for chunk in chat.stream(said):
        whole = chunk if whole is None else whole + chunk
    return whole


def spoken(message):
    return [[call["name"], call["args"]] for call in message.tool_calls]


openai = {"base_url": f"{cases.URL}/v1", "api_key": cases.KEY, "max_retries": 0, "stream_usage": True}
cases.each(
    importlib.metadata.version("langchain"),
    {
        "openai_chat": asking(lambda model: ChatOpenAI(model=model, **openai)),
        "openai_responses": asking(lambda model: ChatOpenAI(model=model, use_responses_api=True, **openai)),
        "anthropic_messages": asking(
            lambda model: ChatAnthropic(model=model, base_url=cases.URL, api_key=cases.KEY, max_retries=0)
        ),
        "gemini_generate": asking(
            lambda model: ChatGoogleGenerativeAI(model=model, base_url=cases.URL, api_key=cases.KEY, max_retries=0)
        ),
    },
)
