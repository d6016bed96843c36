import type { ApplyRequest } from "./apply-types.ts";
import { passedLimits, sayAlert } from "./alerts.ts";
import type { AlertName, Alerts } from "../model/alert.ts";
import type { RunEvent, RunObserver } from "./run-event.ts";
import { watchSession } from "./watch-session.ts";
import { advanceRun, beginRunState, type RunState } from "./run-state.ts";

/** Is shown each event of a run with how far the run is behind it. */
export type RunWitness = (event: RunEvent, state: RunState) => void;

/** Counts what happens, tells it on, and raises each alert once while its limit is passed; one that stops has the run end. */
export function observeRun({
  alerts,
  witness,
  now,
}: {
  readonly alerts: Alerts;
  readonly witness: RunWitness;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
}): RunObserver {
  let state = beginRunState(now());
  let raised: ReadonlySet<AlertName> = new Set();
  let stopping: string | null = null;
  const tell = (event: RunEvent): void => {
    state = advanceRun(state, event, now());
    witness(event, state);
    if (event.kind === "alert") return;
    const passed = passedLimits(state, alerts);
    const fresh = passed.filter(({ alert }) => !raised.has(alert));
    raised = new Set(passed.map(({ alert }) => alert));
    for (const alert of fresh) {
      if (alert.action === "stop") stopping ??= sayAlert(alert);
      tell(alert);
    }
  };
  return { tell, stopping: () => stopping };
}

/** Runs migrations under observation, with a second session that looks at the first. */
export async function observed<T>(
  { target, options, surroundings }: ApplyRequest,
  work: (observer: RunObserver) => Promise<T>,
): Promise<T> {
  const { now, progress, witness } = surroundings;
  let current: string | null = null;
  const observer = observeRun({
    alerts: options.alerts,
    now,
    witness: (event, state) => {
      current = state.current?.id ?? null;
      witness(event, state);
    },
  });
  const stop = watchSession({
    open: () => target.openBeside(),
    observer,
    current: () => current,
    now,
    warn: (message) => progress.warn(message),
  });
  try {
    return await work(observer);
  } finally {
    await stop();
  }
}
