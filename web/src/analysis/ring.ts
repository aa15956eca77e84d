const HOURS = 12;

/** Where an hour of twelve lies around (0, 0), clockwise from the top. */
export function hourAt(hour: number, radius: number): { x: number; y: number } {
  const angle = (hour / HOURS) * 2 * Math.PI;
  return { x: Math.sin(angle) * radius, y: -Math.cos(angle) * radius };
}

/** The outline of a part of a ring, from hour to hour, as an SVG path. */
export function ringPath(from: number, to: number, inner: number, outer: number): string {
  const point = (hour: number, radius: number) => {
    const { x, y } = hourAt(hour, radius);
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  };
  return `M${point(from, outer)}A${outer} ${outer} 0 0 1 ${point(to, outer)}L${point(to, inner)}A${inner} ${inner} 0 0 0 ${point(from, inner)}Z`;
}
