// The Vercel AI SDK: it runs the tool by itself, streamed and whole, with the provider of each vendor.
import { HELP, KEY, ONE, PARALLEL, SCHEMA, URL, each, load, version, weather } from "./cases.mjs";

const { generateText, isStepCount, jsonSchema, stepCountIs, streamText, tool } = await load("ai");
const { createOpenAI } = await load("@ai-sdk/openai");
const { createAnthropic } = await load("@ai-sdk/anthropic");
const { createGoogleGenerativeAI } = await load("@ai-sdk/google");
const tools = { weather: tool({ description: HELP, inputSchema: jsonSchema(SCHEMA), execute: async (a) => weather(a) }) };
const spoken = (steps) => steps.flatMap((step) => step.toolCalls.map((call) => [call.toolName, call.input]));

const asking = (provider) => async (name) => {
  // Without `store: false` it refers to what it thinks that OpenAI keeps.
  const providerOptions = { openai: { store: false } };
  const stopWhen = (isStepCount ?? stepCountIs)(5);
  const ask = { model: provider(name), tools, stopWhen, maxRetries: 0, providerOptions };
  let failed;
  const stream = streamText({ ...ask, prompt: PARALLEL, onError: ({ error }) => (failed = error) });
  await stream.consumeStream();
  if (failed) throw failed;
  const steps = await stream.steps;
  const usage = steps.at(-1).usage;
  const whole = await generateText({ ...ask, prompt: ONE });
  return {
    calls: spoken(steps),
    text: await stream.text,
    usage: [usage.inputTokens, usage.outputTokens],
    one: spoken(whole.steps),
    whole: whole.text,
  };
};

const openai = createOpenAI({ baseURL: `${URL}/v1`, apiKey: KEY });
const anthropic = createAnthropic({ baseURL: `${URL}/v1`, apiKey: KEY });
const google = createGoogleGenerativeAI({ baseURL: `${URL}/v1beta`, apiKey: KEY });
await each(version("ai"), {
  openai_chat: asking((name) => openai.chat(name)),
  openai_responses: asking((name) => openai.responses(name)),
  anthropic_messages: asking((name) => anthropic(name)),
  gemini_generate: asking((name) => google(name)),
});
