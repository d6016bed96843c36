import type { SourceLocation } from "../model/source.ts";
import { Stuck } from "./stuck.ts";

/** How much of a script is followed. */
export interface Limits {
  /** Evaluated expressions. */
  readonly steps: number;
  /** Calls within calls. */
  readonly depth: number;
}

export const defaultLimits: Limits = { steps: 500_000, depth: 150 };

/** The script went past a limit; nothing of it is followed further. */
export class LimitReached extends Stuck {}

/** Counts one run of a script. `step` and `deeper` throw `LimitReached`. */
export interface Budget {
  step(location: () => SourceLocation): void;
  /** Runs a call one level deeper. */
  deeper<T>(location: SourceLocation, call: () => Promise<T>): Promise<T>;
}

export function createBudget(limits: Limits = defaultLimits): Budget {
  let steps = 0;
  let depth = 0;
  return {
    step(location) {
      if (++steps > limits.steps) throw new LimitReached(`it takes more than ${limits.steps} steps`, location());
    },
    async deeper(location, call) {
      if (depth >= limits.depth) throw new LimitReached(`calls are nested more than ${limits.depth} deep`, location);
      depth += 1;
      try {
        return await call();
      } finally {
        depth -= 1;
      }
    },
  };
}
