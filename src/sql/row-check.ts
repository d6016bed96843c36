const between = "\nUNION ALL\n";

/** The check of a way back: one query over several, each of which ends at its first row. Returns a row where one of them finds any. */
export function joinChecks(queries: readonly string[]): string {
  return queries.map((query) => `(${query} LIMIT 1)`).join(between);
}

/** The queries that `joinChecks` made a check of, without their limits. What has another form stays as it is. */
export function splitCheck(check: string): readonly string[] {
  return check.split(between).map((part) => /^\((.*) LIMIT 1\)$/s.exec(part)?.[1] ?? part);
}
