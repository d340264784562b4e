import { defineConfig } from "vite";

/** The loader that a brand's page includes: one classic script with a stable name, served at
 *  /embed.js. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/showfloor/web/static",
    emptyOutDir: false,
    target: ["chrome90", "firefox90", "safari15"],
    lib: {
      entry: "embed/loader.ts",
      formats: ["iife"],
      name: "ShowfloorEmbed",
      fileName: () => "embed.js",
    },
  },
});
