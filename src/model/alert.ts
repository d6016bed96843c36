/** What may be watched over while migrations run on a target. */
export type AlertName = "lockWait" | "replicationLag" | "errorShare" | "rowsPerMinute";

/** A limit, and whether the run ends at its next clean point once it is passed. */
export interface Alert {
  /** Seconds (lock wait, lag), percent (errors), rows per minute. */
  readonly limit: number;
  readonly action: "warn" | "stop";
}

/** Which alerts were asked for (`alerts` in `pggit.yaml`). */
export type Alerts = Readonly<Partial<Record<AlertName, Alert>>>;
