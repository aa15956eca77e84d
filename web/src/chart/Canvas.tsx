import { type CSSProperties, useEffect, useRef } from "react";

import { useTheme } from "../app/theme";

/** What a picture is drawn with. Sizes are in the screen's own pixels. */
export interface Pen {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Pixels of the screen in one of the page. */
  scale: number;
  /** The colour of a token, such as "--accent", or of the picture's own "color". */
  ink: (token: string) => string;
}

/** A picture that is drawn anew when its size, its colour, the theme or what `draw` shows has changed; `draw` must change with that, and only then. */
export function Canvas({
  draw,
  width,
  height,
  label,
  className,
  style,
}: {
  draw: (pen: Pen) => void;
  width: number;
  height: number;
  /** What it shows, in words; absent if words beside it say that. */
  label?: string;
  className?: string | undefined;
  style?: CSSProperties;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [theme] = useTheme();
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const scale = window.devicePixelRatio || 1;
    canvas.current.width = Math.max(1, Math.round(width * scale));
    canvas.current.height = Math.max(1, Math.round(height * scale));
    const computed = getComputedStyle(canvas.current);
    const ink = (token: string) => computed.getPropertyValue(token).trim();
    draw({ context, width: canvas.current.width, height: canvas.current.height, scale, ink });
  }, [draw, width, height, theme, style?.color]);
  return <canvas ref={canvas} className={className} style={{ display: "block", width, height, ...style }} {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })} />;
}
