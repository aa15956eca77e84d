import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { BUCKET_BYTES, levelFor, type Outline, type OutlineHead, parseOutlineHead, VALUES } from "./outline";
import type { ViewWindow } from "./view-window";

/** Enough for the head and for all of the coarsest level: one answer draws the whole song. */
const FIRST_BYTES = 16_384;

/** The outline of a finished stem for a window and a width in pixels, at the resolution that fits. */
export function useOutline(address: string, view: ViewWindow, columns: number): Outline | undefined {
  const first = useQuery({
    queryKey: ["outline", address],
    queryFn: ({ signal }) => openOutline(address, signal),
    enabled: address !== "",
    staleTime: Infinity,
  });
  const head = first.data?.head;
  const framesPerColumn = head ? (view.length * head.sampleRate) / Math.max(1, columns) : 0;
  const level = head && levelFor(head, framesPerColumn);
  const fine = level !== undefined && level !== head?.levels[0];
  // Pages of the finer level, so that moving along asks for little, and going back for nothing.
  const page = view.length;
  const index = Math.floor(view.start / page);
  const part = useQuery({
    queryKey: ["outline", address, level?.framesPerBucket, page, index],
    queryFn: ({ signal }) => {
      if (!head || !level) throw new Error("asked before the head was there");
      const from = Math.floor((index * page * head.sampleRate) / level.framesPerBucket);
      const to = Math.ceil(((index + 2) * page * head.sampleRate) / level.framesPerBucket);
      return readBuckets(address, level, Math.min(from, level.buckets - 1), Math.min(to, level.buckets), signal);
    },
    enabled: fine,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  return (fine ? part.data : undefined) ?? first.data?.coarse;
}

async function openOutline(address: string, signal: AbortSignal): Promise<{ head: OutlineHead; coarse: Outline }> {
  const bytes = await fetchRange(address, 0, FIRST_BYTES, signal);
  const head = parseOutlineHead(bytes);
  const level = head?.levels[0];
  if (!head || !level) throw new Error("This is no outline.");
  const values = new Int16Array(bytes.slice(level.offset, level.offset + level.buckets * BUCKET_BYTES));
  return { head, coarse: { framesPerBucket: level.framesPerBucket, firstBucket: 0, values } };
}

async function readBuckets(
  address: string,
  { framesPerBucket, offset }: { framesPerBucket: number; offset: number },
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Outline> {
  const bytes = await fetchRange(address, offset + from * BUCKET_BYTES, (to - from) * BUCKET_BYTES, signal);
  return { framesPerBucket, firstBucket: from, values: new Int16Array(bytes.slice(0, Math.floor(bytes.byteLength / BUCKET_BYTES) * VALUES * 2)) };
}

async function fetchRange(address: string, first: number, size: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(address, { headers: { Range: `bytes=${first}-${first + size - 1}` }, signal });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.arrayBuffer();
}
