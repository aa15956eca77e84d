import type { Pen } from "./Canvas";

/** The tokens of the colours of a heat map, from nothing to all. */
const TOKENS = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4"] as const;
const SHADES = 256;

/** 256 colours for shares from 0 to 1, red, green and blue one after the other. */
export function shades(ink: (token: string) => string): Uint8ClampedArray {
  const stops = TOKENS.map((token) => channels(ink(token)));
  const colours = new Uint8ClampedArray(SHADES * 3);
  for (let shade = 0; shade < SHADES; shade++) {
    const place = (shade / (SHADES - 1)) * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [stops[below]?.[channel] ?? 0, stops[below + 1]?.[channel] ?? 0];
      colours[shade * 3 + channel] = from + (to - from) * (place - below);
    }
  }
  return colours;
}

/** A picture of columns by rows, the lowest row at the bottom; `share` is in [0, 1]. Undefined where there is nothing to draw. */
export function heatImage({ ink }: Pen, columns: number, rows: number, share: (column: number, row: number) => number): HTMLCanvasElement | undefined {
  const image = document.createElement("canvas");
  image.width = columns;
  image.height = rows;
  const context = columns > 0 ? image.getContext("2d") : null;
  if (!context) return undefined;
  const colours = shades(ink);
  const pixels = context.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const shade = Math.round(Math.max(0, Math.min(1, share(column, row))) * (SHADES - 1)) * 3;
      const at = ((rows - 1 - row) * columns + column) * 4;
      pixels.data[at] = colours[shade] ?? 0;
      pixels.data[at + 1] = colours[shade + 1] ?? 0;
      pixels.data[at + 2] = colours[shade + 2] ?? 0;
      pixels.data[at + 3] = 255;
    }
  }
  context.putImageData(pixels, 0, 0);
  return image;
}

/** The channels of "#rrggbb". */
function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) || 0);
}
