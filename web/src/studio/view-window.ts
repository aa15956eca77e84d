/** The part of a song that the timeline shows, in seconds. */
export interface ViewWindow {
  start: number;
  length: number;
}

/** The closest that anybody can look: a hundredth of a second in each centimetre or so. */
const SHORTEST = 0.5;

/** Shows `factor` times as much, keeping the second at `anchor` where it is. */
export function zoomed(view: ViewWindow, factor: number, anchor: number, seconds: number): ViewWindow {
  const length = Math.min(seconds, Math.max(Math.min(SHORTEST, seconds), view.length * factor));
  const share = (anchor - view.start) / view.length;
  return within({ start: anchor - share * length, length }, seconds);
}

/** Moves along by seconds, as far as there is something to show. */
export function moved(view: ViewWindow, by: number, seconds: number): ViewWindow {
  return within({ ...view, start: view.start + by }, seconds);
}

/** The window that keeps a playing second in sight: it turns the page when the playhead leaves it. */
export function following(view: ViewWindow, at: number, seconds: number): ViewWindow {
  if (at >= view.start && at < view.start + view.length) return view;
  return within({ ...view, start: at - view.length * 0.05 }, seconds);
}

/** The seconds at which a ruler of about `marks` marks is marked. */
export function rulerMarks(view: ViewWindow, marks: number): number[] {
  const step = STEPS.find((one) => view.length / one <= marks) ?? 600;
  const first = Math.ceil(view.start / step - 1e-9);
  const last = Math.floor((view.start + view.length) / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600] as const;

function within(view: ViewWindow, seconds: number): ViewWindow {
  return { ...view, start: Math.max(0, Math.min(seconds - view.length, view.start)) };
}
