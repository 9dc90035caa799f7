// Makes docs/images/editor-*.png: the starter policy in Monaco, with the schema that `ecluse policy schema` writes.
//
//   npm install --prefix TOOLS monaco-editor@0.52 monaco-yaml@5 esbuild      (and a chromium on PATH)
//   ecluse policy schema --config CONFIG > bundle.schema.json
//   node bench/editor/picture.mjs TOOLS bundle.schema.json docs/images

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [tools, schemaFile, out] = process.argv.slice(2).map((one) => resolve(one));
const here = dirname(fileURLToPath(import.meta.url));
const { build } = createRequire(join(tools, "package.json"))("esbuild");
const policy = readFileSync(join(here, "../../policies/starter/people.yaml"), "utf8");
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
const rules = policy.slice(policy.indexOf("kind:"), policy.indexOf("tests:"));

/** Line and column, from 1, behind `what`. */
function behind(text, what) {
  const before = text.slice(0, text.indexOf(what) + what.length);
  return [before.split("\n").length, before.length - before.lastIndexOf("\n")];
}

/** Each of `changes` made to a text that has what it changes. */
function changed(text, ...changes) {
  for (const [old, made] of changes) {
    if (!text.includes(old)) throw new Error(`the starter policy no longer says ${old}`);
    text = text.replace(old, made);
  }
  return text;
}

const found = "{any_of: [health.keywords, health.icd10]}";
const completed = changed(rules, [found, "\n        any_of:\n          - health.keywords\n          - fr."]);
const wrong = changed(
  rules,
  ["action: warn", "actoin: warn"],
  ["region: [eu, fr]", "region: [ue, fr]"],
  [`${found}\n      destination: {external: true, region: {not_in`, `{any_of: [health.icd11]}\n      destination: {external: true, region: {not_in`],
);
const SCENES = {
  completion: { text: completed, cursor: behind(completed, "- fr.") },
  errors: { text: wrong, hover: behind(wrong, "acto") },
};
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><style>
body { margin: 0; display: flex; flex-direction: column; height: 100vh; } #editor { flex: 1; min-height: 0; }
#problems { margin: 0; padding: 10px 16px; border-top: 1px solid #ccc; color: #a1260d; font: 14px "DejaVu Sans Mono"; }
</style><div id="editor"></div><pre id="problems"></pre><script src="scene.js"></script><script src="page.js" type="module"></script>`;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".ttf": "font/ttf" };

async function bundle(folder) {
  await build({
    entryPoints: {
      page: join(here, "page.mjs"),
      editor: join(tools, "node_modules/monaco-editor/esm/vs/editor/editor.worker.js"),
      yaml: join(tools, "node_modules/monaco-yaml/yaml.worker.js"),
    },
    bundle: true, minify: true, format: "esm", outdir: folder, loader: { ".ttf": "file" }, logLevel: "error",
    nodePaths: [join(tools, "node_modules")], supported: { "top-level-await": true },
  });
}

/** A browser that is spoken to over a pipe; ends with the process. */
function browser(profile) {
  const flags = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-pipe", "--force-device-scale-factor=1"];
  const child = spawn("chromium", [...flags, `--user-data-dir=${profile}`], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  let number = 0;
  let rest = "";
  child.stdio[4].on("data", (data) => {
    const messages = (rest + data).split("\0");
    rest = messages.pop();
    for (const { id, result, error } of messages.map((one) => JSON.parse(one))) {
      if (error) throw new Error(error.message);
      waiting.get(id)?.(result);
    }
  });
  const ask = (method, params = {}, sessionId) =>
    new Promise((done) => {
      waiting.set(++number, done);
      child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
    });
  process.on("exit", () => child.kill());
  return { ask, end: () => new Promise((ended) => child.on("exit", ended).kill()) };
}

async function picture(ask, url) {
  const { targetId } = await ask("Target.createTarget", { url });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  const size = { width: 900, height: 600, deviceScaleFactor: 1, mobile: false };
  await ask("Emulation.setDeviceMetricsOverride", size, sessionId);
  for (let tries = 0; tries < 300; tries++) {
    const { result } = await ask("Runtime.evaluate", { expression: "self.READY === true" }, sessionId);
    if (result.value) return (await ask("Page.captureScreenshot", { format: "png" }, sessionId)).data;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} was never ready`);
}

const folder = mkdtempSync(join(tmpdir(), "editor-"));
await bundle(folder);
let scene = {};
const server = createServer((request, response) => {
  const name = request.url === "/" ? "index.html" : request.url.slice(1);
  response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
  if (name === "index.html") return response.end(PAGE);
  if (name === "scene.js") return response.end(`self.SCENE = ${JSON.stringify(scene)}`);
  try {
    response.end(readFileSync(join(folder, name)));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const { ask, end } = browser(join(folder, "profile"));
for (const [name, what] of Object.entries(SCENES)) {
  scene = { ...what, schema, name: "people.yaml" };
  const file = join(out, `editor-${name}.png`);
  writeFileSync(file, Buffer.from(await picture(ask, `http://127.0.0.1:${server.address().port}/`), "base64"));
  console.log(file);
}
await end();
server.close();
rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
