import type { Page } from "playwright-core";

import { STUDIO } from "./browser";

/** The demo song, as its tags call it. */
export const TITLE = /Slow Motion/;

/** What somebody can look at, and how to get there. A library with the demo song in it, separated and analysed, is supposed. */
export const VIEWS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  library: (page) => to(page, "/", page.getByRole("table").getByRole("link", { name: TITLE })),
  "library-selection": async (page) => {
    await view("library")(page);
    await page.getByRole("checkbox", { name: "Select all tracks" }).click();
    await page.getByRole("toolbar").waitFor();
  },
  "library-export": async (page) => {
    await view("library-selection")(page);
    await page.getByRole("toolbar").getByRole("button", { name: "Export" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "add-music": async (page) => {
    await view("library")(page);
    await page.getByRole("button", { name: "Add music" }).first().click();
    await page.getByRole("dialog").waitFor();
  },
  "edit-details": async (page) => {
    await view("library")(page);
    await page.getByRole("button", { name: /^Actions for Slow Motion/ }).last().click();
    await page.getByRole("menuitem", { name: "Edit details" }).click();
    await page.getByRole("dialog").waitFor();
  },
  jobs: (page) => to(page, "/jobs", page.getByRole("listitem").filter({ hasText: TITLE }).first()),
  "jobs-filtered": (page) => to(page, "/jobs?state=failed&kind=download", page.getByRole("heading", { name: "No failed downloads" })),
  models: (page) => to(page, "/models", page.getByRole("heading", { name: "HT Demucs, fine-tuned" })),
  system: (page) => to(page, "/system", page.getByRole("listitem").filter({ hasText: "float32" })),
  desk: async (page) => {
    await view("library")(page);
    await page.getByRole("table").getByRole("link", { name: TITLE }).last().click();
    await page.getByRole("button", { name: /^Play/ }).and(page.locator(":enabled")).waitFor();
  },
  export: async (page) => {
    await view("desk")(page);
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("dialog").waitFor();
  },
  keyboard: async (page) => {
    await view("desk")(page);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  analysis: async (page) => {
    await view("desk")(page);
    await page.getByRole("link", { name: "Analysis" }).click();
    await page.getByRole("slider", { name: "Energy" }).focus(); // so that there is a cursor, with what it reads
    await page.getByText(/^−?\d+\.\d dB$/).first().waitFor();
  },
  "analysis-explained": async (page) => {
    await view("analysis")(page);
    await page.getByRole("button", { name: "About Key wheel" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "track-gone": (page) => to(page, "/tracks/0199a000-0000-7000-8000-000000000000", page.getByRole("main").getByRole("link", { name: "To the library" })),
};

/** How to get to one of them. */
export function view(name: string): (page: Page) => Promise<void> {
  const open = VIEWS[name];
  if (!open) throw new Error(`There is no view ${name}.`);
  return open;
}

async function to(page: Page, path: string, shown: ReturnType<Page["locator"]>): Promise<void> {
  await page.goto(`${STUDIO}${path}`);
  await shown.first().waitFor();
}
