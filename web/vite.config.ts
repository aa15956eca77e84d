import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { pieces, preloadedPieces } from "./pieces";

// `npm run dev` serves the page itself and hands every call to a mesh that runs on this machine, so that the page speaks to
// its own origin there too.
const mesh = process.env["SFA_TARGET"] ?? "http://127.0.0.1:3000";
const proxied = ["/alchemy.", "/v1/", "/media/", "/auth/", "/docs", "/openapi.json", "/healthz"];

/** Writes a compressed twin of each script and style, once, instead of compressing at every request. */
function compressedTwins(): Plugin {
  return {
    name: "compressed-twins",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      const files = readdirSync(join(dir, "assets")).filter((name) => /\.(js|css)$/.test(name));
      for (const path of files.map((name) => join(dir, "assets", name))) {
        writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressedTwins(), preloadedPieces()],
  resolve: { preserveSymlinks: true }, // gen/ts is linked into node_modules, and finds its runtime from there
  server: { port: 8001, strictPort: true, proxy: Object.fromEntries(proxied.map((path) => [path, mesh])) },
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // Modules are evaluated when the first step that wants them is (src/main.ts), not with the file that they are in.
    rolldownOptions: { output: { strictExecutionOrder: true, codeSplitting: { groups: pieces() } } },
  },
  worker: { format: "es" },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "happy-dom",
    restoreMocks: true,
    // A busy machine may be slow; a test that hangs is ended all the same.
    testTimeout: 60_000,
    server: { deps: { inline: ["@sound-forge-alchemy/api"] } },
  },
});
