/** The audio thread: a node that plays what the page sends it. Nothing here waits, and nothing allocates more than a block. */
import { Click } from "./click";
import { Player } from "./player";
import { type Command, NODE, type NodeOptions, type Report } from "./protocol";
import { Stretcher } from "./stretcher";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: NodeOptions }) => AudioWorkletProcessor): void;

/** About thirty times a second at 48 kHz: what a meter and a playhead need. */
const BLOCKS_BETWEEN_REPORTS = 12;

class StemPlayer extends AudioWorkletProcessor {
  #player: Player | undefined;
  #early: Command[] = [];
  #blocks = 0;

  constructor({ processorOptions: { stems } }: { processorOptions: NodeOptions }) {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Command>) => {
      if (this.#player) obey(this.#player, data);
      else this.#early.push(data);
    };
    Promise.all([Stretcher.load(sampleRate), Stretcher.load(sampleRate)]).then(
      ([tonal, percussive]) => {
        const player = new Player(stems, { tonal, percussive }, new Click(sampleRate));
        for (const command of this.#early) obey(player, command);
        this.#early = [];
        this.#player = player;
        this.#tell({ kind: "ready" });
      },
      (cause: unknown) => this.#tell({ kind: "failed", words: String(cause) }),
    );
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [left, right] = outputs[0] ?? [];
    if (!this.#player || !left || !right) return true;
    this.#player.render([left, right]);
    this.#blocks += 1;
    if (this.#blocks % BLOCKS_BETWEEN_REPORTS === 0) this.#tell({ kind: "state", ...this.#player.report() });
    return true;
  }

  #tell(report: Report): void {
    this.port.postMessage(report);
  }
}

function obey(player: Player, command: Command): void {
  switch (command.kind) {
    case "chunk":
      return player.mixer.put(command.stem, command.index, command.chunk);
    case "retain":
      return player.mixer.retain((index) => command.ranges.some(([first, last]) => index >= first && index <= last));
    case "matrix":
      return player.mixer.setMatrix(command.stem, command.matrix);
    case "play":
      return player.play();
    case "pause":
      return player.pause();
    case "seek":
      return player.seek(command.frame);
    case "loop":
      return player.setLoop(command.loop);
    case "shift":
      return player.setShift(command.shift);
    case "grid":
      return player.setGrid(command.beats);
    case "click":
      return player.setClick(command.settings);
  }
}

registerProcessor(NODE, StemPlayer);
