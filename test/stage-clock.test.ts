import { expect, test } from "vitest";
import { startStageClock } from "../src/stage-clock.ts";

test("of two works that share the clock each second counts once, and never below zero", () => {
  let second = 0;
  const clock = startStageClock(() => second);
  const after = (seconds: number, stage: string): void => {
    second += seconds;
    clock.lap(stage);
  };
  after(2, "prove");
  after(1, "rows");
  after(3, "rows");
  after(1, "prove");
  expect(clock.timings()).toEqual({ prove: 3, rows: 4, total: 7 });
});
