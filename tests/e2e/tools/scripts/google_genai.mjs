// The google-genai SDK for node: generate content, tools in parallel in a stream, and one by one without.
import { HELP, KEY, ONE, PARALLEL, SCHEMA, URL, all, each, load, status, version, weather } from "./cases.mjs";

const { GoogleGenAI } = await load("@google/genai");
const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: URL, timeout: 60_000 } });
const declared = { name: "weather", description: HELP, parametersJsonSchema: SCHEMA };
const config = { tools: [{ functionDeclarations: [declared] }] };
const called = (parts) => parts.filter((part) => part.functionCall).map((part) => part.functionCall);
const spoken = (calls) => calls.map((call) => [call.name, call.args]);
const results = (parts) => [
  { role: "model", parts },
  {
    role: "user",
    parts: called(parts).map(({ id, name, args }) => ({
      functionResponse: { id, name, response: { output: weather(args) } },
    })),
  },
];

async function generate(model) {
  let contents = [{ role: "user", parts: [{ text: PARALLEL }] }];
  const first = await streamed(model, contents);
  contents.push(...results(first.parts));
  const last = await streamed(model, contents);
  contents = [{ role: "user", parts: [{ text: ONE }] }];
  const one = [];
  let answer;
  for (;;) {
    answer = await client.models.generateContent({ model, contents, config });
    if (!answer.functionCalls?.length) break;
    one.push(...spoken(answer.functionCalls));
    contents.push(...results(answer.candidates[0].content.parts));
  }
  return {
    calls: spoken(called(first.parts)),
    text: last.parts.map((part) => part.text ?? "").join(""),
    usage: [last.usage.promptTokenCount, last.usage.candidatesTokenCount],
    one,
    whole: answer.text,
  };
}

async function streamed(model, contents) {
  const parts = [];
  let usage;
  for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
    usage = chunk.usageMetadata ?? usage;
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
  }
  return { parts, usage };
}

async function further(model) {
  const wrong = new GoogleGenAI({ apiKey: "wrong", httpOptions: { baseUrl: URL, timeout: 60_000 } });
  const counted = await client.models.countTokens({ model, contents: ONE });
  return {
    models: (await all(await client.models.list())).map((model) => model.name.replace("models/", "")).sort(),
    "wrong key": await status(() => wrong.models.list()),
    count: counted.totalTokens,
  };
}

await each(version("@google/genai"), { gemini_generate: generate, further });
