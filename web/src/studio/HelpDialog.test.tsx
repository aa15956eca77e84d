import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { text } from "../text/en";
import { TooltipProvider } from "../ui/Tooltip";
import { HelpDialog } from "./HelpDialog";
import { deskKey } from "./keys";

afterEach(cleanup);

const open = (calls: { onKeys?: () => void; onClose?: () => void }) =>
  render(
    <TooltipProvider>
      <HelpDialog open keys onKeys={vi.fn()} onClose={vi.fn()} {...calls} />
    </TooltipProvider>,
  );

test("single keys can be turned off by people whose keys mean something else", async () => {
  const onKeys = vi.fn();
  open({ onKeys });
  await userEvent.click(screen.getByRole("switch", { name: "Single keys work here" }));
  expect(onKeys).toHaveBeenCalledWith(false);
});

test("Escape closes it", async () => {
  const onClose = vi.fn();
  open({ onClose });
  await userEvent.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalled();
});

const KEYS: Readonly<Record<string, string>> = { Space: " ", "←": "ArrowLeft", "→": "ArrowRight", "−": "-" };
const listed = new Set(text.desk.help.rows.flatMap(([keys]) => keys.split(" ")).filter((key) => !["Shift", "…", "Alt"].includes(key)));

test.each([...listed])("the key %s, which is in the list, does something at the desk", (key) => {
  const stem = document.createElement("div");
  stem.dataset["stem"] = "vocals";
  let action: unknown;
  stem.addEventListener("keydown", (event) => (action = deskKey(event, true)));
  const digit = /^\d$/.test(key) && key !== "0";
  stem.dispatchEvent(new KeyboardEvent("keydown", { key: KEYS[key] ?? key, code: digit ? `Digit${key}` : "" }));
  expect(action).toBeDefined();
});
