import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type ChosenFile, placeFor, sinkFor } from "./sink";

const LARGE = 2 ** 30;
const page = window as { showSaveFilePicker?: (options: { suggestedName: string }) => Promise<ChosenFile> };

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
});

test("what arrives is saved under its name, byte for byte, and its memory is given back", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const sink = await sinkFor(undefined);
  const piece = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);
  for (let n = 0; n < 3; n++) await sink.write(piece); // more than one part
  await sink.finish("Song (mix).wav", "audio/wav");
  expect(saved.map(({ name }) => name)).toEqual(["Song (mix).wav"]);
  const bytes = new Uint8Array((await saved[0]?.blob.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(bytes.length).toBe(9_000_000);
  expect([bytes[0], bytes[3_000_001], bytes[8_999_999]]).toEqual([piece[0], piece[1], piece[2_999_999]]);
  expect(revoked).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(revoked).toHaveBeenCalledWith("blob:1");
});

test("large files go where somebody says, as they arrive", async () => {
  const events: string[] = [];
  const writable = {
    write: (data: Uint8Array) => Promise.resolve(void events.push(`write ${data.length}`)),
    close: () => Promise.resolve(void events.push("close")),
    abort: () => Promise.resolve(void events.push("abort")),
  };
  page.showSaveFilePicker = ({ suggestedName }) => {
    events.push(suggestedName);
    return Promise.resolve({ createWritable: () => Promise.resolve(writable) });
  };
  const sink = await sinkFor(await placeFor("Song.wav", LARGE));
  await sink.write(new Uint8Array(5));
  await sink.finish("ignored.wav", "audio/wav");
  expect(events).toEqual(["Song.wav", "write 5", "close"]);
  expect(saved).toEqual([]);
});

test("nobody is asked about small files, or by a browser that cannot", async () => {
  expect(await placeFor("Song.wav", LARGE)).toBeUndefined();
  page.showSaveFilePicker = () => Promise.reject(new Error("was asked"));
  expect(await placeFor("Song.wav", 1000)).toBeUndefined();
});

test("who does not say where does not want it; where a browser refuses to ask, it goes to the downloads", async () => {
  page.showSaveFilePicker = () => Promise.reject(new DOMException("", "AbortError"));
  await expect(placeFor("Song.wav", LARGE)).rejects.toThrow();
  page.showSaveFilePicker = () => Promise.reject(new DOMException("", "SecurityError"));
  expect(await placeFor("Song.wav", LARGE)).toBeUndefined();
});
