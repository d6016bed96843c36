import type { Migration, Step } from "../../../src/model/history.ts";
import type { ExecutedStatement, MigrationReplay, StatementOutcome } from "../../../src/model/replay.ts";
import { splitStatements } from "../../../src/sql/split.ts";
import { parseStatement } from "../../../src/sql/statement.ts";
import { migrationOf } from "./replay.ts";

/** A replay that never ran: statements with the outcomes given, nothing touched. `custom-code` as text makes a custom step. */
export function replayOf(sql: string, outcomes: readonly StatementOutcome[], more: Partial<Migration> = {}): MigrationReplay {
  const location = { file: "V1.sql", line: 1 };
  const steps: readonly Step[] =
    sql === "custom-code"
      ? [{ kind: "custom-code", language: "Java", text: "class V1", reason: "Java", location }]
      : splitStatements(sql).map((part) => ({ kind: "statement", sql: part.sql, location: { ...location, line: part.line } }));
  const statements: readonly ExecutedStatement[] = steps.map((step, at) => ({
    step,
    parsed: step.kind === "statement" ? parseStatement(step.sql) : null,
    outcome: outcomes[at] ?? { kind: "done", rows: null },
  }));
  return {
    migration: { ...migrationOf("V1", ""), ...more },
    statements,
    before: new Map(),
    after: new Map(),
    rows: [],
    sequences: [],
    transactional: true,
    seconds: 0,
    edgeCases: [],
  };
}
