import { join } from "node:path";

import type { Plugin, Rolldown } from "vite";

const BEGINNING = join(import.meta.dirname, "src", "begin.tsx");

/** What the page begins with, in few files; src/main.ts says in which steps it is evaluated. The first that fits takes a module. */
const PIECES: readonly (readonly [name: string, modules: RegExp])[] = [
  ["loader", /preload-helper|app[\\/]pause/], // loads the others, and imports none of them
  ["react", /node_modules[\\/](react|react-dom|scheduler)[\\/]/],
  ["runtime", /@bufbuild|@connectrpc|@tanstack/],
  ["contracts", /@sound-forge-alchemy|[\\/]gen[\\/]ts[\\/]/],
  ["page", /./],
];

/** How the bundler makes files of what the page begins with; it splits the views as it likes. */
export function pieces(): Rolldown.CodeSplittingGroup[] {
  const beginning = new Set<string>();
  const isOfBeginning = (id: string, { getModuleInfo }: Pick<Rolldown.PluginContext, "getModuleInfo">) => {
    if (beginning.size === 0) collect(BEGINNING, (module) => getModuleInfo(module)?.importedIds ?? [], beginning);
    return beginning.has(id);
  };
  return PIECES.map(([name, modules], index) => ({
    debugName: name,
    name: (id, context) => (isOfBeginning(id, { getModuleInfo: (module) => context.getModuleInfo(module) }) ? name : null),
    test: modules,
    priority: PIECES.length - index,
  }));
}

/** Has the pieces fetched with the first lines of the page, after its styles, though main.ts imports them one after the other. */
export function preloadedPieces(): Plugin {
  return {
    name: "preloaded-pieces",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {}, chunk }) => {
        const importsOf = (file: string) => {
          const found = bundle[file];
          return found?.type === "chunk" ? found.imports : [];
        };
        const files = new Set<string>();
        for (const piece of chunk?.dynamicImports ?? []) collect(piece, importsOf, files);
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "modulepreload", fetchpriority: "low", crossorigin: true, href: `/${file}` },
            injectTo: "head" as const,
          }));
      },
    },
  };
}

/** Adds a module and all that it imports to those that were found. */
function collect(module: string, importsOf: (module: string) => readonly string[], found: Set<string>): void {
  if (found.has(module)) return;
  found.add(module);
  for (const next of importsOf(module)) collect(next, importsOf, found);
}
