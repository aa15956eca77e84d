import { type RefObject, useEffect } from "react";

/** What lies at the bottom of the page, such as toasts and trays, stays above a bar that stands there, however high that is. */
export function useBottomInset(bar: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty("--bottom-inset", `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty("--bottom-inset");
    };
  }, [bar]);
}
