import { defineConfig } from "vitest/config";

// What tells and shows, and tests nothing: `npm run measure`, `npm run pictures`.
export default defineConfig({
  test: { root: import.meta.dirname, include: ["*.measure.ts", "*.pictures.ts"], testTimeout: 180_000, hookTimeout: 60_000 },
});
