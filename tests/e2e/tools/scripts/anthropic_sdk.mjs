// The Anthropic SDK for node: messages, tools in parallel in a stream, and one by one without.
import { HELP, KEY, ONE, PARALLEL, SCHEMA, URL, all, each, load, status, version, weather } from "./cases.mjs";

const { default: Anthropic } = await load("@anthropic-ai/sdk");
const client = new Anthropic({ baseURL: URL, apiKey: KEY, maxRetries: 0, timeout: 60_000 });
const tools = [{ name: "weather", description: HELP, input_schema: SCHEMA }];
const called = (answer) => answer.content.filter((block) => block.type === "tool_use");
const spoken = (answer) => called(answer).map((call) => [call.name, call.input]);
const results = (answer) => [
  { role: "assistant", content: answer.content },
  {
    role: "user",
    content: called(answer).map((call) => ({
      type: "tool_result", tool_use_id: call.id, content: weather(call.input),
    })),
  },
];

async function messages(model) {
  const ask = { model, max_tokens: 500, tools };
  let said = [{ role: "user", content: PARALLEL }];
  const first = await client.messages.stream({ ...ask, messages: said }).finalMessage();
  said.push(...results(first));
  const last = await client.messages.stream({ ...ask, messages: said }).finalMessage();
  said = [{ role: "user", content: ONE }];
  const one = [];
  let answer;
  for (;;) {
    answer = await client.messages.create({ ...ask, messages: said });
    if (answer.stop_reason !== "tool_use") break;
    one.push(...spoken(answer));
    said.push(...results(answer));
  }
  return {
    calls: spoken(first),
    text: last.content.at(-1).text,
    usage: [last.usage.input_tokens, last.usage.output_tokens],
    one,
    whole: answer.content.at(-1).text,
  };
}

async function further(model) {
  const wrong = new Anthropic({ baseURL: URL, apiKey: "wrong", maxRetries: 0 });
  const counted = await client.messages.countTokens({ model, messages: [{ role: "user", content: ONE }] });
  return {
    models: (await all(client.models.list())).map((model) => model.id).sort(),
    "wrong key": await status(() => wrong.models.list()),
    count: counted.input_tokens,
  };
}

await each(version("@anthropic-ai/sdk"), { anthropic_messages: messages, further });
