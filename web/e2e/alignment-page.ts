/** What the alignment test runs in the browser: the studio's own engine, on a clock that does not wait for anybody's ears. */
import { CHUNK_FRAMES, type StemSource } from "../src/engine/chunks";
import { Engine } from "../src/engine/engine";

const RATE = 48_000;
const FRAMES = 1200 * RATE;
const SEEKS = 50;
const STEADY_SECONDS = 605;
/** How often the clock stops for what the engine loads meanwhile: it holds half a minute ahead. */
const STEP_SECONDS = 0.5;
const PAUSE_MS = 4;
/** Names repeat after so many frames: more than a second. */
const NAMES = 65_521;

/** What came out. */
export interface Heard {
  seeks: number;
  /** The most frames by which the two stems were ever apart. */
  framesApart: number;
  /** Seconds that were heard after the last seek. */
  steadySeconds: number;
  /** How often a sample did not follow the one before it, after the last seek. */
  jumps: number;
}

/** A sample that tells its frame, never silent. */
const sampleOf = (frame: number) => ((frame % NAMES) + NAMES) / (4 * NAMES);
const nameOf = (sample: number) => Math.round(sample * 4 * NAMES) - NAMES;

/** A stem heard on one side only. */
function stem(side: 0 | 1): StemSource {
  return {
    sampleRate: RATE,
    frames: FRAMES,
    read: (index) => {
      const samples = Float32Array.from({ length: CHUNK_FRAMES }, (_, i) => sampleOf(index * CHUNK_FRAMES + i));
      const silence = new Float32Array(CHUNK_FRAMES);
      return Promise.resolve(side === 0 ? [samples, silence] : [silence, samples]);
    },
    close: () => undefined,
  };
}

async function play(): Promise<Heard> {
  const seconds = SEEKS * STEP_SECONDS + STEADY_SECONDS + 10;
  const context = new OfflineAudioContext({ length: seconds * RATE, numberOfChannels: 2, sampleRate: RATE });
  Object.assign(window, { AudioContext: function () { return context; } }); // prettier-ignore
  const engine = await Engine.open(
    [
      { source: stem(0), percussive: false },
      { source: stem(1), percussive: true },
    ],
    () => undefined,
    (cause) => {
      throw cause;
    },
  );
  engine.play();
  let seeks = 0;
  let steadyFrom = 0;
  const pausing: Promise<void>[] = [];
  for (let at = STEP_SECONDS; at < seconds; at += STEP_SECONDS) {
    const pause = context.suspend(at).then(async () => {
      if (seeks < SEEKS && at > 5) {
        seeks += 1;
        engine.seek((seeks * 7_919_317) % (FRAMES / 2));
        steadyFrom = Math.ceil((at + 2 * STEP_SECONDS) * RATE);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      await context.resume();
    });
    pausing.push(pause);
  }
  const sound = await context.startRendering();
  await Promise.all(pausing);
  return { seeks, ...compared(sound.getChannelData(0), sound.getChannelData(1), steadyFrom) };
}

function compared(left: Float32Array, right: Float32Array, steadyFrom: number): Omit<Heard, "seeks"> {
  let [framesApart, jumps, heard, before] = [0, 0, 0, -1];
  for (let i = 0; i < left.length; i++) {
    const [l = 0, r = 0] = [left[i], right[i]];
    // Where it fades, before and after a seek, samples tell no frames, but both sides fade alike.
    if (l !== r) framesApart = Math.max(framesApart, Math.abs(nameOf(l) - nameOf(r)), 1);
    if (i < steadyFrom || l === 0) continue;
    const name = nameOf(l);
    if (before >= 0 && name !== (before + 1) % NAMES) jumps += 1;
    before = name;
    heard += 1;
  }
  return { framesApart, jumps, steadySeconds: heard / RATE };
}

Object.assign(window, { play });
