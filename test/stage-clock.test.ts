import { expect, test } from "vitest";
import { startStageClock } from "../src/stage-clock.ts";

test("works at the same time share what passes in proportion to what each counted, so that each second counts once", async () => {
  let second = 0;
  const clock = startStageClock(() => second);
  const after = (seconds: number, lap: () => void): void => {
    second += seconds;
    lap();
  };
  after(1, () => clock.lap("read"));
  await clock.apart((open) => {
    const [one, other] = [open(), open()];
    after(2, () => one.lap("prove"));
    after(1, () => other.lap("rows"));
    after(3, () => one.lap("rows"));
    after(2, () => other.lap("prove"));
    return Promise.resolve();
  });
  after(4, () => clock.lap("squash"));
  const { read, prove, rows, squash, total } = clock.timings();
  expect({ read, squash, total }).toEqual({ read: 1, squash: 4, total: 13 });
  // One counted 2 of prove and 4 of rows, the other 3 of rows and 5 of prove.
  expect([prove, rows]).toEqual([4, 4]);
  expect((read ?? 0) + (prove ?? 0) + (rows ?? 0) + (squash ?? 0)).toBe(total);
});
