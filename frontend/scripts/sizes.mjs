// Prints what each page loads, gzipped, and fails when a budget is broken: 50 kB of script before
// hls.js, 2.5 kB for the loader.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = new URL("../../src/showfloor/web/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8"));
const packed = (file) => gzipSync(readFileSync(new URL(file, folder)), { level: 9 }).length;

/** A chunk and everything it imports statically. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}
const script = (entry) =>
  [...closure(entry)].reduce((sum, key) => sum + packed(manifest[key].file), 0);
const style = (page) =>
  packed(manifest["styles/pages/common.css"].file) +
  packed(manifest[`styles/pages/${page}.css`].file);
const lazy = Object.values(manifest)
  .filter((chunk) => chunk.isDynamicEntry)
  .map((chunk) => [chunk.name, packed(chunk.file)]);

const rows = [
  ["show page script, before hls.js", script("entries/show.ts"), 50_000],
  ["home page script", script("entries/home.ts"), 50_000],
  ["studio script", script("entries/studio.ts"), 80_000],
  ["remote script", script("entries/remote.ts"), 30_000],
  ["account script", script("entries/account.ts"), 50_000],
  ["embed.js", packed("embed.js"), 2_500],
  ...["show", "home", "studio", "remote", "account"].map((page) => [
    `style of ${page}, with the common one`,
    style(page),
    12_000,
  ]),
  ...lazy.map(([name, size]) => [`on demand: ${name}`, size, Infinity]),
];
let broken = false;
for (const [name, size, budget] of rows) {
  broken ||= size > budget;
  console.log(
    `${name.padEnd(34)} ${(size / 1000).toFixed(1).padStart(7)} kB gz${size > budget ? `  OVER ${budget / 1000} kB` : ""}`,
  );
}
process.exit(broken ? 1 : 0);
