// What every client for node does: it asks for the weather of two towns through a tool, and prints what came of it.
// The gateway's URL and the list of [dialect, model] are arguments, as for the Python clients; see cases.py.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, url, asked] = process.argv.slice(2);
export const URL = url;
export const KEY = process.env.ECLUSE_KEY;
const wishes = ["Lyon", "Paris"].map((town) => `[[sim:tool=weather {"town": "${town}"}]] `).join("");
export const PARALLEL = `${wishes}[[sim:parallel]] [[sim:echo]] How is the weather?`;
export const ONE = `${wishes}[[sim:echo]] How is the weather?`;
export const HELP = "The weather of a town.";
export const SCHEMA = { type: "object", properties: { town: { type: "string" } }, required: ["town"] };
export const weather = ({ town }) => `18 degrees in ${town}`;

// A package of the client's own folder: this file lies elsewhere.
const find = createRequire(join(folder, "package.json"));
export const load = (name) => import(pathToFileURL(find.resolve(name)));
export const version = (name) =>
  JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf-8")).version;

// Everything in a list that a client reads page by page.
export async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

// The HTTP status that a client reports.
export const status = async (ask) => {
  try {
    await ask();
  } catch (error) {
    return error.status;
  }
};

export async function each(version, ways) {
  for (const [dialect, model] of JSON.parse(asked)) {
    const began = performance.now();
    const said = { dialect, model, version };
    try {
      Object.assign(said, await ways[dialect](model));
    } catch (error) {
      said.failed = `${error.name}: ${error.message}`.slice(0, 2000);
      console.error(error);
    }
    console.log(JSON.stringify({ ...said, seconds: Math.round((performance.now() - began) / 10) / 100 }));
  }
}
