/** What a key does at the desk. */
export type DeskAction =
  | { kind: "toggle" }
  | { kind: "loop" }
  | { kind: "loop-start" | "loop-end" | "click" | "count-in" | "help" }
  | { kind: "step"; seconds: number }
  | { kind: "bar" | "section"; by: 1 | -1 }
  | { kind: "to"; end: boolean }
  | { kind: "zoom"; factor: number }
  /** Of the stem that has the focus. */
  | { kind: "mute-here" | "solo-here"; stem: string }
  | { kind: "mute"; stem: number }
  | { kind: "solo"; stem: number };

const STEP_SECONDS = 5;

/** The attribute that names the stem of a lane. */
export const LANE = "data-stem";

/** Reads a key; text.desk.help lists them. Keys of fields and buttons are theirs. `single` = those without a name may be used too. */
export function deskKey(event: KeyboardEvent, single: boolean): DeskAction | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (target?.closest("input, textarea, select, [role=slider], [role=menu], [role=dialog]")) return event.key === "?" && !target.closest("input, textarea, select") ? { kind: "help" } : undefined;
  const pressing = target?.closest("button, a") !== null && target !== undefined;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit && single) return { kind: event.shiftKey ? "solo" : "mute", stem: Number(digit) - 1 };
  switch (event.key) {
    case " ":
      return pressing ? undefined : { kind: "toggle" };
    case "ArrowLeft":
      return event.shiftKey ? { kind: "bar", by: -1 } : { kind: "step", seconds: -STEP_SECONDS };
    case "ArrowRight":
      return event.shiftKey ? { kind: "bar", by: 1 } : { kind: "step", seconds: STEP_SECONDS };
    case "Home":
      return { kind: "to", end: false };
    case "End":
      return { kind: "to", end: true };
    default:
      return single ? singleKey(event.key.toLowerCase(), target) : undefined;
  }
}

function singleKey(key: string, target: HTMLElement | undefined): DeskAction | undefined {
  const stem = target?.closest(`[${LANE}]`)?.getAttribute(LANE);
  switch (key) {
    case "l":
      return { kind: "loop" };
    case "[":
      return { kind: "loop-start" };
    case "]":
      return { kind: "loop-end" };
    case "c":
      return { kind: "click" };
    case "i":
      return { kind: "count-in" };
    case "?":
      return { kind: "help" };
    case ",":
      return { kind: "section", by: -1 };
    case ".":
      return { kind: "section", by: 1 };
    case "+":
    case "=":
      return { kind: "zoom", factor: 0.5 };
    case "-":
      return { kind: "zoom", factor: 2 };
    case "0":
      return { kind: "zoom", factor: 0 };
    case "m":
      return stem ? { kind: "mute-here", stem } : undefined;
    case "s":
      return stem ? { kind: "solo-here", stem } : undefined;
    default:
      return undefined;
  }
}
