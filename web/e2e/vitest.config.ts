import { defineConfig } from "vitest/config";

// `npm run e2e` against a mesh that runs: STUDIO_URL, SONG, LONG_SONG and PROCESSING_PID, REALTIME_PID say where; tests/stack/test_studio.py does it.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.e2e.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page that loads anew on a busy machine takes longer than the usual second.
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: false,
  },
});
