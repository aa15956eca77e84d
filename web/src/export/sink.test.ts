import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type ChosenFile, type ChosenFolder, placeFor } from "./sink";

const LARGE = { name: "Song.wav", bytes: 2 ** 30 };
const SMALL = { name: "Song.csv", bytes: 1000 };
const HALF = { name: "Half.wav", bytes: 400 * 2 ** 20 };
const page = window as {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<ChosenFile>;
  showDirectoryPicker?: () => Promise<ChosenFolder>;
};

let saved: { blob: Blob; name: string }[];

beforeEach(() => {
  saved = [];
  let last: Blob;
  vi.useFakeTimers();
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    last = blob as Blob;
    return "blob:1";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ blob: last, name: this.download });
  });
});
afterEach(() => {
  vi.useRealTimers();
  delete page.showSaveFilePicker;
  delete page.showDirectoryPicker;
});

test("what arrives is saved under its name, byte for byte, and its memory is given back", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const sink = await (await placeFor([SMALL]))("Song (mix).wav");
  const piece = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);
  for (let n = 0; n < 3; n++) await sink.write(piece); // more than one part
  await sink.finish("audio/wav");
  expect(saved.map(({ name }) => name)).toEqual(["Song (mix).wav"]);
  const bytes = new Uint8Array((await saved[0]?.blob.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(bytes.length).toBe(9_000_000);
  expect([bytes[0], bytes[3_000_001], bytes[8_999_999]]).toEqual([piece[0], piece[1], piece[2_999_999]]);
  expect(revoked).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(revoked).toHaveBeenCalledWith("blob:1");
});

test("files are handed to the browser one after the other: more than ten a second it would drop", async () => {
  const place = await placeFor([]);
  const finished = Promise.all(Array.from({ length: 25 }, async (_, n) => (await place(`${n}.csv`)).finish("text/csv")));
  const counts: number[] = [];
  for (let second = 0; second < 4; second++) {
    const before = saved.length;
    await vi.advanceTimersByTimeAsync(1000);
    counts.push(saved.length - before);
  }
  await finished;
  expect(saved.map(({ name }) => name)).toEqual(Array.from({ length: 25 }, (_, n) => `${n}.csv`));
  expect(Math.max(...counts)).toBeLessThan(10);
});

/** What is written somewhere, as it happens. */
function recorded(events: string[], name = ""): ChosenFile {
  const note = (what: string) => Promise.resolve(void events.push(`${name}${what}`));
  const writable = { write: (data: Uint8Array) => note(`write ${data.length}`), close: () => note("close"), abort: () => note("abort") };
  return { createWritable: () => Promise.resolve(writable) };
}

test("a large file goes where somebody says, as it arrives", async () => {
  const events: string[] = [];
  page.showSaveFilePicker = ({ suggestedName }) => {
    events.push(suggestedName);
    return Promise.resolve(recorded(events));
  };
  const sink = await (await placeFor([LARGE]))("ignored.wav");
  await sink.write(new Uint8Array(5));
  await sink.finish("audio/wav");
  expect(events).toEqual(["Song.wav", "write 5", "close"]);
  expect(saved).toEqual([]);
});

test("files that are large together go into one folder, over none that is there, and leave nothing when they fail", async () => {
  const events: string[] = [];
  const there = new Set(["Half.stem.mp4"]);
  page.showDirectoryPicker = () =>
    Promise.resolve({
      getFileHandle: (name, options) => {
        if (!options?.create && !there.has(name)) return Promise.reject(new DOMException("", "NotFoundError"));
        there.add(name);
        return Promise.resolve(recorded(events, `${name} `));
      },
      removeEntry: (name) => Promise.resolve(void there.delete(name)),
    });
  const place = await placeFor([HALF, HALF]);
  const [other, one] = await Promise.all([place("Half.stem.mp4"), place("Half.stem.mp4")]);
  await one.finish("video/mp4");
  await other.write(new Uint8Array(3));
  await other.abandon();
  expect(events).toEqual(["Half (2).stem.mp4 close", "Half (3).stem.mp4 write 3", "Half (3).stem.mp4 abort"]);
  expect([...there]).toEqual(["Half.stem.mp4", "Half (2).stem.mp4"]);
});

test("nobody is asked about small files, or by a browser that cannot", async () => {
  const goesToDownloads = async (...files: { name: string; bytes: number }[]) => {
    saved = [];
    const sink = await (await placeFor(files))("Song.wav");
    const finished = sink.finish("audio/wav");
    await vi.runAllTimersAsync();
    await finished;
    return saved.length === 1;
  };
  expect(await goesToDownloads(LARGE)).toBe(true);
  expect(await goesToDownloads(HALF, HALF)).toBe(true);
  page.showSaveFilePicker = () => Promise.reject(new Error("was asked"));
  page.showDirectoryPicker = () => Promise.reject(new Error("was asked"));
  expect(await goesToDownloads(SMALL)).toBe(true);
  expect(await goesToDownloads(SMALL, HALF)).toBe(true);
});

test("who does not say where does not want it; where a browser refuses to ask, it goes to the downloads", async () => {
  const refusal = (name: string) => (): Promise<never> => Promise.reject(new DOMException("", name));
  page.showSaveFilePicker = refusal("AbortError");
  page.showDirectoryPicker = refusal("AbortError");
  await expect(placeFor([LARGE])).rejects.toThrow();
  await expect(placeFor([HALF, HALF])).rejects.toThrow();
  page.showSaveFilePicker = refusal("SecurityError");
  const sink = await (await placeFor([LARGE]))("Song.wav");
  const finished = sink.finish("audio/wav");
  await vi.runAllTimersAsync();
  await finished;
  expect(saved).toHaveLength(1);
});
