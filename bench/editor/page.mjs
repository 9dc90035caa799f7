// What the pictures show: Monaco (the editor inside VS Code) with the YAML language service and our schema.
import * as monaco from "monaco-editor";
import { configureMonacoYaml } from "monaco-yaml";

self.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(label === "yaml" ? "yaml.js" : "editor.js"),
};

const { schema, text, name, cursor, hover } = self.SCENE;
configureMonacoYaml(monaco, {
  enableSchemaRequest: false,
  schemas: [{ uri: "http://localhost/bundle.schema.json", fileMatch: ["**/*.yaml"], schema }],
});

const model = monaco.editor.createModel(text, "yaml", monaco.Uri.parse(`file:///bundle/${name}`));
const editor = monaco.editor.create(document.getElementById("editor"), {
  model,
  theme: "vs",
  fontFamily: "DejaVu Sans Mono",
  fontSize: 15,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  automaticLayout: true,
  quickSuggestions: { other: true, strings: true },
  suggest: { showStatusBar: false, preview: false, snippetsPreventQuickSuggestions: false },
  fixedOverflowWidgets: true,
  hover: { delay: 50 },
});

const place = ([line, column]) => ({ lineNumber: line, column });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (there) => {
  while (!there()) await wait(50);
};
const shown = (selector) => [...document.querySelectorAll(selector)].some((one) => one.offsetHeight > 0);

/** The list of what is wrong, as the editor's own "Problems" tab would have it. */
function listProblems() {
  const found = monaco.editor.getModelMarkers({ resource: model.uri });
  const lines = found.map((m) => `line ${m.startLineNumber}, column ${m.startColumn}: ${m.message}`);
  document.getElementById("problems").textContent = lines.join("\n");
  return lines;
}

editor.focus();
if (hover) {
  await until(() => listProblems().length > 0);
  editor.setPosition(place(hover));
  editor.trigger("picture", "editor.action.showHover", { focus: "noAutoFocus" });
  await until(() => shown(".monaco-hover"));
} else {
  document.getElementById("problems").remove();
  editor.setPosition(place(cursor));
  await wait(1500); // until the language service has read the schema
  editor.trigger("picture", "editor.action.triggerSuggest", {});
  await until(() => shown(".suggest-widget .monaco-list-row"));
  for (let row = 0; row < 8; row++) editor.trigger("picture", "selectNextSuggestion", {});
  editor.trigger("picture", "toggleSuggestionDetails", {});
  await until(() => shown(".suggest-details"));
}
await wait(500);
self.READY = true;
