/** Adds time to stages. */
export interface Lane {
  /** Adds the time since the last lap to a stage. */
  lap(stage: string): void;
}

/** Seconds by stage. A stage may be entered several times; the times add up. */
export interface StageClock extends Lane {
  /**
   * For works that run at the same time: each counts its own time in a lane. What passes on the clock until all are done is shared out among their stages in proportion,
   * so that each second counts once.
   */
  apart<T>(work: (open: () => Lane) => Promise<T>): Promise<T>;
  timings(): Readonly<Record<string, number>>;
}

/** Starts counting; `now` gives seconds of a clock that only goes forward. */
export function startStageClock(now: () => number): StageClock {
  const started = now();
  const spent = new Map<string, number>();
  const add = (to: Map<string, number>, stage: string, seconds: number): void => void to.set(stage, (to.get(stage) ?? 0) + seconds);
  const openLane = (into: Map<string, number>): Lane => {
    let last = now();
    return {
      lap(stage) {
        const current = now();
        add(into, stage, current - last);
        last = current;
      },
    };
  };
  let own = openLane(spent);
  return {
    lap: (stage) => own.lap(stage),
    async apart(work) {
      const begun = now();
      const lanes = new Map<string, number>();
      try {
        return await work(() => openLane(lanes));
      } finally {
        const counted = [...lanes.values()].reduce((sum, seconds) => sum + seconds, 0);
        const share = counted === 0 ? 0 : (now() - begun) / counted;
        for (const [stage, seconds] of lanes) add(spent, stage, seconds * share);
        own = openLane(spent);
      }
    },
    timings: () => ({ ...Object.fromEntries(spent), total: now() - started }),
  };
}
