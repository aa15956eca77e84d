/** What a key does at the desk. */
export type DeskAction =
  | { kind: "toggle" }
  | { kind: "loop" }
  | { kind: "step"; seconds: number }
  | { kind: "mute"; stem: number }
  | { kind: "solo"; stem: number };

const STEP_SECONDS = 5;

/** Reads a key: space plays, arrows step, L loops, 1 to 9 mute, with Shift they solo. Keys of fields and buttons are theirs. */
export function deskKey(event: KeyboardEvent): DeskAction | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (target?.closest("input, textarea, [role=slider], [role=menu], [role=dialog], [role=listbox]")) return undefined;
  const pressing = target?.closest("button, a") !== null && target !== undefined;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit) return { kind: event.shiftKey ? "solo" : "mute", stem: Number(digit) - 1 };
  switch (event.key) {
    case " ":
      return pressing ? undefined : { kind: "toggle" };
    case "ArrowLeft":
      return { kind: "step", seconds: -STEP_SECONDS };
    case "ArrowRight":
      return { kind: "step", seconds: STEP_SECONDS };
    case "l":
    case "L":
      return { kind: "loop" };
    default:
      return undefined;
  }
}
