/** Seconds by stage. A stage may be entered several times; the times add up. */
export interface StageClock {
  /** Adds the time since the last lap to a stage. */
  lap(stage: string): void;
  /** Of the time that was added to one stage, so many seconds were another's. */
  move(from: string, to: string, seconds: number): void;
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
    move(from, to, seconds) {
      spent.set(to, (spent.get(to) ?? 0) + seconds);
      spent.set(from, (spent.get(from) ?? 0) - seconds);
    },
    timings: () => ({ ...Object.fromEntries(spent), total: now() - started }),
  };
}
