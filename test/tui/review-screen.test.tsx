import { render } from "ink-testing-library";
import { expect, test, vi } from "vitest";
import type { Effect } from "../../src/review/session.ts";
import { keyNames } from "../../src/tui/key-names.ts";
import { ReviewScreen } from "../../src/tui/review-screen.tsx";
import { createReviewStore } from "../../src/tui/review-store.ts";
import { at, newSession } from "../review/session.ts";

const noKey: Parameters<typeof keyNames>[1] = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

function draw(colour: "colour" | "plain") {
  const effects: Effect[] = [];
  const store = createReviewStore(newSession(), (effect) => effects.push(effect));
  const drawn = render(<ReviewScreen store={store} sources={new Map()} colour={colour} clock={() => at} />);
  const frame = (): string => drawn.lastFrame() ?? "";
  // Ink reads the keys once it is ready.
  const type = async (keys: string, seen: string): Promise<void> => {
    await vi.waitFor(() => {
      if (!frame().includes(seen)) drawn.stdin.write(keys);
      expect(frame()).toContain(seen);
    });
  };
  return { store, effects, frame, type, drawn };
}

test("keys come from the terminal, and what they do is drawn", async () => {
  const { frame, type, effects, drawn } = draw("plain");
  await vi.waitFor(() => expect(frame()).toContain("> [ ] HIGH   V2"));
  await type("\r", "Suggestion  (derived, proven)");
  await type("?", "take back the last decision");
  await type("\u001B[D", "> [ ] HIGH   V2");
  await type("u", "running the history with use-suggestion");
  expect(effects).toMatchObject([{ kind: "prove", decisions: [{ id: "V2-rollback-wrong-2" }] }]);
  drawn.unmount();
});

test("it follows the size of the terminal", async () => {
  const { frame, drawn } = draw("plain");
  await vi.waitFor(() => expect(frame()).toContain("rollback-wrong"));
  for (const [columns, rows] of [
    [44, 10],
    [120, 40],
  ] as const) {
    Object.defineProperties(drawn.stdout, { columns: { value: columns, configurable: true }, rows: { value: rows, configurable: true } });
    drawn.stdout.emit("resize");
    await vi.waitFor(() => {
      const lines = frame().split("\n");
      expect([lines.length, lines[1]]).toEqual([rows - 1, "─".repeat(columns)]);
    });
  }
  drawn.unmount();
});

test("without colour nothing but weight is sent", () => {
  const { frame, drawn } = draw("plain");
  // oxlint-disable-next-line no-control-regex
  expect(frame().replaceAll(/\u001B\[(?:1|2|22)m/g, "")).not.toMatch(/\u001B/);
  drawn.unmount();
});

test("keys have one name each, and what comes together is taken one by one", () => {
  expect(keyNames("", { ...noKey, upArrow: true })).toEqual(["up"]);
  expect(keyNames("c", { ...noKey, ctrl: true })).toEqual(["ctrl+c"]);
  expect(keyNames("k ü\r", noKey)).toEqual(["k", "space", "ü", "return"]);
});
