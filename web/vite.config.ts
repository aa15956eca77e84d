import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

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

/** Has the page's pieces loaded with its first lines, though main.ts imports them one after the other. */
function preloadedPieces(): Plugin {
  return {
    name: "preloaded-pieces",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {}, chunk }) => {
        const chunks = new Map(Object.values(bundle).flatMap((file) => (file.type === "chunk" ? [[file.fileName, file]] : [])));
        const found = new Set<string>();
        const follow = (name: string) => {
          if (found.has(name)) return;
          found.add(name);
          chunks.get(name)?.imports.forEach(follow);
        };
        chunk?.dynamicImports.forEach(follow);
        const styles = [...found].flatMap((name) => [...(chunks.get(name)?.viteMetadata?.importedCss ?? [])]);
        const links = [
          ...[...found].map((name) => ({ rel: "modulepreload", fetchpriority: "low", crossorigin: true, href: `/${name}` })),
          ...[...new Set(styles)].map((name) => ({ rel: "stylesheet", crossorigin: true, href: `/${name}` })),
        ];
        return links.filter(({ href }) => !html.includes(href)).map((attrs) => ({ tag: "link", attrs, injectTo: "head" as const }));
      },
    },
  };
}

/** What the page begins with, in few files, each of which is evaluated by itself (src/main.ts). */
const PIECES: readonly (readonly [string, RegExp])[] = [
  ["loader", /preload-helper/], // loads the others
  ["react", /node_modules[\\/](react|react-dom|scheduler)[\\/]/],
  ["runtime", /@bufbuild|@connectrpc|@tanstack/],
  ["contracts", /@sound-forge-alchemy|[\\/]gen[\\/]ts[\\/]/],
  ["page", /./],
];

const pieceOf = (index: number) => (id: string, modules: { getModuleInfo: (id: string) => { importedIds: readonly string[] } | null }): string | null => {
  if (first.size === 0) {
    const follow = (module: string) => {
      if (first.has(module)) return;
      first.add(module);
      modules.getModuleInfo(module)?.importedIds.forEach(follow);
    };
    follow(join(import.meta.dirname, "src", "begin.tsx"));
  }
  const [name, test] = PIECES[index] ?? ["", /$^/];
  return first.has(id) && test.test(id) ? name : null;
};
const first = new Set<string>();

export default defineConfig({
  plugins: [react(), compressedTwins(), preloadedPieces()],
  resolve: { preserveSymlinks: true }, // gen/ts is linked into node_modules, and finds its runtime from there
  server: { port: 8001, strictPort: true, proxy: Object.fromEntries(proxied.map((path) => [path, mesh])) },
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, cssCodeSplit: false, rolldownOptions: { output: { codeSplitting: { groups: PIECES.map((_, index) => ({ debugName: "pieces", name: pieceOf(index), priority: PIECES.length - index })) } } } },
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
