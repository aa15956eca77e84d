import { expect, test } from "vitest";

import { restFailure, type Send, UploadQueue } from "./uploads";

interface Sent {
  name: string;
  requestId: string;
  signal: AbortSignal;
  progress: (fraction: number) => void;
  arrive: (track: string) => void;
  fail: (words: string) => void;
}

function sending() {
  const sent: Sent[] = [];
  const send: Send = (file, requestId, signal, progress) =>
    new Promise((resolve, reject) => {
      sent.push({ name: file.name, requestId, signal, progress, arrive: resolve, fail: (words) => reject(new Error(words)) });
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
    });
  return { sent, send };
}

const files = (...names: string[]) => names.map((name) => new File(["x"], name));
const states = (queue: UploadQueue) => queue.snapshot().map(({ state }) => state);

test("two go at once, the rest wait their turn", async () => {
  const { sent, send } = sending();
  const queue = new UploadQueue();
  queue.add(files("a", "b", "c"), send);
  expect(sent.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(states(queue)[2]).toEqual({ kind: "waiting" });
  sent[0]?.arrive("tracks/1");
  await expect.poll(() => sent.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(states(queue)[0]).toEqual({ kind: "done", track: "tracks/1" });
});

test("a file that has left is being checked until the server answers", () => {
  const { sent, send } = sending();
  const queue = new UploadQueue();
  queue.add(files("a"), send);
  sent[0]?.progress(0.4);
  expect(states(queue)).toEqual([{ kind: "sending", fraction: 0.4 }]);
  sent[0]?.progress(1);
  expect(states(queue)).toEqual([{ kind: "checking" }]);
});

test("cancelling aborts the request, frees its place, and stays cancelled", async () => {
  const { sent, send } = sending();
  const queue = new UploadQueue();
  queue.add(files("a", "b", "c"), send);
  const [first] = queue.snapshot();
  queue.cancel(first?.id ?? "");
  expect(sent[0]?.signal.aborted).toBe(true);
  sent[0]?.progress(0.9);
  await expect.poll(() => sent).toHaveLength(3);
  expect(states(queue)[0]).toEqual({ kind: "cancelled" });
});

test("a retry carries the id of the first try, so that no second track comes of it", async () => {
  const { sent, send } = sending();
  const queue = new UploadQueue();
  queue.add(files("a"), send);
  sent[0]?.fail("The line broke.");
  await expect.poll(() => states(queue)).toEqual([{ kind: "failed", words: "The line broke." }]);
  queue.retry(queue.snapshot()[0]?.id ?? "");
  await expect.poll(() => sent).toHaveLength(2);
  expect(sent[1]?.requestId).toBe(sent[0]?.requestId);
});

test("clearing keeps what is under way", async () => {
  const { sent, send } = sending();
  const queue = new UploadQueue();
  queue.add(files("a", "b"), send);
  sent[0]?.arrive("tracks/1");
  await expect.poll(() => states(queue)[0]?.kind).toBe("done");
  queue.clear();
  expect(queue.snapshot().map(({ file }) => file.name)).toEqual(["b"]);
});

test("a refusal over REST is told in our words, an unknown one in the server's", () => {
  const refusal = { code: 3, message: "m", details: [{ "@type": "…", reason: "AUDIO_EMPTY", metadata: {} }] };
  expect(restFailure(refusal)).toBe("The file is empty.");
  expect(restFailure({ code: 3, message: "Something new.", details: [] })).toBe("Something new.");
});
