import { createContext, use } from "react";

/** What any view may ask of the way in. */
export interface BringInControl {
  /** Opens the dialog. */
  open: () => void;
}

export const BringInContext = createContext<BringInControl>({ open: () => undefined });

/** The way in, for views that offer it. */
export function useBringIn(): BringInControl {
  return use(BringInContext);
}
