// The OpenAI SDK for node: chat completions and responses, tools in parallel in a stream, and one by one without.
import { HELP, KEY, ONE, PARALLEL, SCHEMA, URL, all, each, load, status, version, weather } from "./cases.mjs";

const { default: OpenAI } = await load("openai");
const client = new OpenAI({ baseURL: `${URL}/v1`, apiKey: KEY, maxRetries: 0, timeout: 60_000 });
const declared = { name: "weather", description: HELP, parameters: SCHEMA };
const spoken = (calls) => calls.map((call) => [call.name, JSON.parse(call.arguments)]);
const given = (call) => weather(JSON.parse(call.arguments));

async function chat(model) {
  const tools = [{ type: "function", function: declared }];
  const ask = (messages) => ({ model, tools, messages, stream: true, stream_options: { include_usage: true } });
  const results = (calls) => [
    {
      role: "assistant",
      content: null,
      tool_calls: calls.map(({ id, name, arguments: text }) => ({
        id, type: "function", function: { name, arguments: text },
      })),
    },
    ...calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: given(call) })),
  ];
  let messages = [{ role: "user", content: PARALLEL }];
  const { calls } = await chatStream(await client.chat.completions.create(ask(messages)));
  const last = await chatStream(await client.chat.completions.create(ask([...messages, ...results(calls)])));
  messages = [{ role: "user", content: ONE }];
  const one = [];
  let answer;
  for (;;) {
    answer = (await client.chat.completions.create({ model, tools, messages })).choices[0].message;
    if (!answer.tool_calls?.length) break;
    const now = answer.tool_calls.map((call) => ({ id: call.id, ...call.function }));
    one.push(...now);
    messages.push(...results(now));
  }
  return { calls: spoken(calls), text: last.text, usage: last.usage, one: spoken(one), whole: answer.content };
}

async function chatStream(stream) {
  const calls = [];
  let text = "";
  let usage;
  for await (const chunk of stream) {
    if (chunk.usage) usage = [chunk.usage.prompt_tokens, chunk.usage.completion_tokens];
    for (const { delta } of chunk.choices) {
      text += delta.content ?? "";
      for (const part of delta.tool_calls ?? []) {
        calls[part.index] ??= { id: part.id, name: part.function.name, arguments: "" };
        calls[part.index].arguments += part.function.arguments ?? "";
      }
    }
  }
  return { calls, text, usage };
}

async function responses(model) {
  const ask = { model, tools: [{ type: "function", strict: false, ...declared }], store: false };
  const results = (calls) => [
    ...calls.map(({ id, name, arguments: text }) => ({ type: "function_call", call_id: id, name, arguments: text })),
    ...calls.map((call) => ({ type: "function_call_output", call_id: call.id, output: given(call) })),
  ];
  let input = [{ role: "user", content: PARALLEL }];
  const { calls } = await responseStream(await client.responses.create({ ...ask, input, stream: true }));
  input.push(...results(calls));
  const last = await responseStream(await client.responses.create({ ...ask, input, stream: true }));
  input = [{ role: "user", content: ONE }];
  const one = [];
  let answer;
  for (;;) {
    answer = await client.responses.create({ ...ask, input });
    const now = answer.output.filter((item) => item.type === "function_call").map(called);
    if (!now.length) break;
    one.push(...now);
    input.push(...results(now));
  }
  return { calls: spoken(calls), text: last.text, usage: last.usage, one: spoken(one), whole: answer.output_text };
}

const called = (item) => ({ id: item.call_id, name: item.name, arguments: item.arguments });

async function responseStream(stream) {
  const calls = [];
  let text = "";
  let usage;
  for await (const event of stream) {
    if (event.type === "response.output_text.delta") text += event.delta;
    if (event.type === "response.output_item.done" && event.item.type === "function_call") calls.push(called(event.item));
    if (event.type === "response.completed") {
      usage = [event.response.usage.input_tokens, event.response.usage.output_tokens];
    }
  }
  return { calls, text, usage };
}

async function further() {
  const wrong = new OpenAI({ baseURL: `${URL}/v1`, apiKey: "wrong", maxRetries: 0 });
  const vectors = await client.embeddings.create({ model: "text-embedding-3-small", input: ["Lyon", "Paris"] });
  return {
    models: (await all(client.models.list())).map((model) => model.id).sort(),
    "wrong key": await status(() => wrong.models.list()),
    embeddings: vectors.data.map((vector) => vector.embedding.length),
  };
}

await each(version("openai"), { openai_chat: chat, openai_responses: responses, further });
