/** Seconds by stage. A stage may be entered several times; the times add up. What runs at the same time shares it: each second counts once. */
export interface StageClock {
  /** Adds the time since the last lap to a stage. */
  lap(stage: string): void;
  timings(): Readonly<Record<string, number>>;
}

/** Starts counting; `now` gives seconds of a clock that only goes forward. */
export function startStageClock(now: () => number): StageClock {
  const started = now();
  const spent = new Map<string, number>();
  let last = started;
  return {
    lap(stage) {
      const current = now();
      spent.set(stage, (spent.get(stage) ?? 0) + current - last);
      last = current;
    },
    timings: () => ({ ...Object.fromEntries(spent), total: now() - started }),
  };
}
