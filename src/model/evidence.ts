/** One thing that was seen, and on what: the material that confidence is made of. */
export interface Evidence {
  readonly part: "read" | "executed" | "rollback" | "squash" | "judge";
  /** What was seen, in words that a DBA can check. */
  readonly statement: string;
  /** Its factor in the confidence, 0 to 1. */
  readonly value: number;
}
