/**
 * Callback events by their id, and what `migrate` on an empty database does with SQL files of that name
 * (`org.flywaydb.core.api.callback.Event`, `DbMigrate`, `Flyway.migrate`).
 * - `once-before`/`once-after`: before the first or after the last migration;
 * - `each-*`, `statement-*`: around every migration or, in Flyway's paid editions, every statement;
 * - `none`: fires in another command or on errors only.
 */
export type CallbackMoment =
  | "once-before"
  | "each-before"
  | "each-after"
  | "statement-before"
  | "statement-after"
  | "after-versioned"
  | "before-repeatables"
  | "once-after"
  | "none";

const moments: Readonly<Record<string, CallbackMoment>> = {
  beforeValidate: "once-before",
  afterValidate: "once-before",
  beforeCreateSchema: "once-before",
  createSchema: "once-before",
  afterConnect: "once-before",
  beforeMigrate: "once-before",
  beforeEachMigrate: "each-before",
  beforeEachMigrateStatement: "statement-before",
  afterEachMigrateStatement: "statement-after",
  afterEachMigrateStatementError: "none",
  afterEachMigrate: "each-after",
  afterEachMigrateError: "none",
  afterVersioned: "after-versioned",
  beforeRepeatables: "before-repeatables",
  afterMigrateApplied: "once-after",
  afterMigrate: "once-after",
  afterMigrateError: "none",
  afterMigrateOperationFinish: "none",
  beforeClean: "none",
  afterClean: "none",
  afterCleanError: "none",
  afterCleanOperationFinish: "none",
  beforeUndo: "none",
  beforeEachUndo: "none",
  beforeEachUndoStatement: "none",
  afterEachUndoStatement: "none",
  afterEachUndoStatementError: "none",
  afterEachUndo: "none",
  afterEachUndoError: "none",
  afterUndo: "none",
  afterUndoError: "none",
  afterUndoOperationFinish: "none",
  afterValidateError: "none",
  afterValidateOperationFinish: "none",
  beforeBaseline: "none",
  afterBaseline: "none",
  afterBaselineError: "none",
  afterBaselineOperationFinish: "none",
  beforeRepair: "none",
  afterRepair: "none",
  afterRepairError: "none",
  afterRepairOperationFinish: "none",
  beforeInfo: "none",
  afterInfo: "none",
  afterInfoError: "none",
  afterInfoOperationFinish: "none",
  beforeConnect: "none",
};

/** Every event id, as file names begin with it. */
export const eventNames: readonly string[] = Object.keys(moments);

/** When the SQL files of an event run; `none` for what `migrate` does not fire. */
export function momentOf(event: string): CallbackMoment {
  return moments[event] ?? "none";
}

/** The order in which one `migrate` fires the events that run once (`Flyway.migrate`, then `DbMigrate.migrate`). */
export function orderOfEvent(event: string): number {
  return eventNames.indexOf(event);
}
