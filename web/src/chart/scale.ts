/** What is shown from the bottom of a plot to its top. */
export interface Scale {
  low: number;
  high: number;
  /** Where a value lies, from 0 at the bottom to 1 at the top; never outside. */
  share: (value: number) => number;
  /** What lies there. */
  value: (share: number) => number;
}

/** Equal distances are equal differences. */
export function linear(low: number, high: number): Scale {
  return { low, high, share: (value) => clamped((value - low) / (high - low)), value: (share) => low + share * (high - low) };
}

/** Equal distances are equal ratios, as octaves are. */
export function logarithmic(low: number, high: number): Scale {
  const span = Math.log(high / low);
  return { low, high, share: (value) => clamped(Math.log(value / low) / span), value: (share) => low * Math.exp(share * span) };
}

/** About so many round numbers from `low` to `high`. */
export function ticks(low: number, high: number, about: number): number[] {
  const rough = (high - low) / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Values of a scale as they are written beside it. */
export function labelled(scale: Scale, values: readonly number[]): { share: number; text: string }[] {
  return values.map((value) => ({ share: scale.share(value), text: String(value).replace("-", "−") }));
}

/** A scale with room for what a curve holds, at least `least` wide, with round ends. */
export function roomFor({ low, high }: { low: number; high: number }, least: number, step: number): Scale {
  const spare = Math.max(0, least - (high - low)) / 2;
  return linear(Math.floor((low - spare) / step) * step, Math.ceil((high + spare) / step) * step);
}

function clamped(share: number): number {
  return Math.max(0, Math.min(1, share));
}
