import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Pages look up the hashed names in static/manifest.json; the web process serves /static. */
export default defineConfig({
  base: "/static/",
  plugins: [svelte()],
  // The breakpoints have names (styles/breakpoints.css), which the build resolves.
  css: { transformer: "lightningcss", lightningcss: { drafts: { customMedia: true } } },
  publicDir: "public",
  server: { fs: { allow: [".."] } },
  build: {
    outDir: "../src/showfloor/web/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox115", "safari16.4"],
    // A data: URL for a font or a worker would need a looser policy than 'self'.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      input: {
        "common-style": "styles/pages/common.css",
        "show-style": "styles/pages/show.css",
        "home-style": "styles/pages/home.css",
        "studio-style": "styles/pages/studio.css",
        show: "entries/show.ts",
        home: "entries/home.ts",
        studio: "entries/studio.ts",
        "account-style": "styles/pages/account.css",
        account: "entries/account.ts",
        "remote-style": "styles/pages/remote.css",
        remote: "entries/remote.ts",
      },
    },
  },
  // A style sheet is empty in a test, but for those that a test reads.
  test: {
    css: { include: [/breakpoints/, /\?raw$/] },
    environment: "node",
    // A bound is for hanging, not for speed: on a busy machine a test waits for several seconds.
    testTimeout: 30_000,
    include: ["**/*.test.ts"],
    exclude: ["node_modules/**"],
  },
});
