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
    let held: EventTarget | null = null;
    const hold = ({ target }: FocusEvent) => (held = target);
    const let_go = ({ target }: FocusEvent) => {
      // Clicking beside everything takes the focus away from something that stays.
      if (target instanceof Node && target.isConnected) held = null;
    };
    const observer = new MutationObserver(() => {
      if (!(held instanceof Element) || held.isConnected) return;
      held = null;
      requestAnimationFrame(() => isAdrift() && giveFocus(null));
    });
    document.addEventListener("focusin", hold);
    document.addEventListener("focusout", let_go);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", hold);
      document.removeEventListener("focusout", let_go);
      observer.disconnect();
    };
  }, []);
}
