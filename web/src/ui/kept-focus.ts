import { useEffect } from "react";

/** Gives the focus to something, or to the view when that is no longer on the page. */
export function giveFocus(element: Element | null | undefined): void {
  const target = element?.isConnected ? element : document.querySelector("main");
  if (target instanceof HTMLElement && target !== document.body) target.focus();
}

/** Whether nothing has the focus: whatever had it is gone. */
export function isAdrift(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/**
 * Keeps the focus on the page: a button that is no longer there once it has been pressed would leave the next key to nobody, and a
 * screen reader at the very top. The view takes it, if nobody who knows better did. For the root of the page.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    const leave = ({ target, relatedTarget }: FocusEvent) => {
      // Somebody else got it; or the page has lost it, to a click beside everything or because what had it is going: that shows in a moment.
      if (relatedTarget !== null || !(target instanceof Element)) return;
      requestAnimationFrame(() => {
        if (!target.isConnected && isAdrift()) giveFocus(null);
      });
    };
    document.addEventListener("focusout", leave);
    return () => document.removeEventListener("focusout", leave);
  }, []);
}
