import type { SquashedStatement, SquashInput } from "../model/squash.ts";

/** One printed statement with the statement of the history that it stands for. */
export interface PrintedStatement {
  readonly statement: SquashedStatement;
  readonly input: SquashInput;
}

/** Sent where a migration ended: what its rows left to check is checked, and later rows may wait again. */
const SETTLE: readonly SquashedStatement[] = ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"].map((sql) => ({
  sql,
  data: null,
  origins: [],
  transactional: true,
}));

/**
 * The statements with the checks that wait for COMMIT settled where the original committed: in the one transaction of a squash, PostgreSQL refuses to alter a
 * table whose rows still wait (55006). Only where a constraint is INITIALLY DEFERRED, and between a migration's rows and the definitions of another.
 */
export function settleDeferred(printed: readonly PrintedStatement[]): readonly SquashedStatement[] {
  let deferred = false;
  let waiting: string | null = null;
  return printed.flatMap(({ statement, input }): readonly SquashedStatement[] => {
    deferred ||= /\binitially\s+deferred\b/i.test(statement.sql);
    const writes = input.parsed.changes.some(({ effect }) => effect === "data" || effect === "unknown");
    const settles = deferred && waiting !== null && !writes && waiting !== input.migration;
    if (writes) waiting = input.migration;
    else if (settles) waiting = null;
    return settles ? [...SETTLE, statement] : [statement];
  });
}
