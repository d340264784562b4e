// Packs what the build made, once and as small as it gets; the web process sends these files as
// they are (src/showfloor/web/files.py).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = new URL("../../src/showfloor/web/static/", import.meta.url);
const worthIt = 1000;

for (const name of readdirSync(folder, { recursive: true })) {
  if (!/\.(js|css|svg|json)$/.test(name)) continue;
  const plain = readFileSync(new URL(name, folder));
  if (plain.length < worthIt) continue;
  const brotli = {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  };
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(plain, { level: 9 }));
  writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(plain, brotli));
}
