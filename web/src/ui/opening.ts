import { type RefObject, useCallback, useRef, useState } from "react";

/** The attribute of windows and notices: what opens from within one of them is shown within it. */
export const LAYER = "data-layer";

/** What Radix's parts need for something that opens from a button and closes again. */
export interface Opening {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Of the button. */
  trigger: RefObject<HTMLButtonElement | null>;
  /** Where what opens belongs in the document; undefined = the end of the page. */
  container: HTMLElement | undefined;
}

/**
 * Opens something above the page that stays part of the landmark, or of the window, that its button is in: there it is
 * found by whoever goes through the page by landmarks, and a window that hides the rest of the page does not hide it.
 */
export function useOpening(): Opening {
  const trigger = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [container, setContainer] = useState<HTMLElement>();
  const onOpenChange = useCallback((next: boolean) => {
    if (next) setContainer(trigger.current?.closest<HTMLElement>(`[${LAYER}], main, nav`) ?? undefined);
    setOpen(next);
  }, []);
  return { open, onOpenChange, trigger, container };
}
