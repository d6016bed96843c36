import { compareStates, extractState } from "../catalog/pg-delta.ts";
import type { SchemaState } from "../catalog/pg-delta.ts";
import { compareRows, countRows, readRows } from "../catalog/rows.ts";
import type { RowReadOptions, RowSnapshot } from "../catalog/rows.ts";
import { compareSnapshots } from "../catalog/snapshot/compare.ts";
import { readWholeCatalog } from "../catalog/snapshot/read.ts";
import type { CatalogSnapshot } from "../catalog/snapshot/read.ts";
import { describeEngine, StatementError } from "../database/session.ts";
import type { Session, Shadow } from "../database/session.ts";
import type { CatalogDifference } from "../model/catalog.ts";
import { ok } from "../model/failure.ts";
import type { Result } from "../model/failure.ts";
import type { SquashedStatement } from "../model/squash.ts";

/** A database at the head of a history, as all judges see it. */
export interface SquashExpectation {
  readonly catalog: CatalogSnapshot;
  readonly state: SchemaState;
  readonly rows: RowSnapshot;
}

/** Reads a database for all judges. Outside a transaction. */
export async function readExpectation(shadow: Shadow, reading: RowReadOptions): Promise<SquashExpectation> {
  const { excludeFromReads } = reading;
  return {
    catalog: await readWholeCatalog(shadow.session, { excludeFromReads }),
    rows: await readRows(shadow.session, reading),
    state: await extractState(shadow, { excludeFromReads }),
  };
}

/** How a result fared: equal, different, or stopped by an error at one of its statements. */
export type Trial =
  | { readonly kind: "equal"; readonly engine: string; readonly rows: number }
  | { readonly kind: "different"; readonly engine: string; readonly differences: readonly CatalogDifference[] }
  | { readonly kind: "error"; readonly engine: string; readonly message: string; readonly statement: SquashedStatement };

/** Where trials run. A shadow on which everything was rolled back serves again; any other is closed. */
export interface TrialGround {
  readonly expected: SquashExpectation;
  readonly reading: RowReadOptions;
  readonly openShadow: () => Promise<Result<Shadow>>;
  spare: Shadow | null;
}

interface Stop {
  readonly message: string;
  readonly statement: SquashedStatement;
  /** Whether nothing of the run is left in the shadow. */
  readonly clean: boolean;
}

/** Runs the statements as `psql -1 -f` would: in one transaction, but for what PostgreSQL refuses in one. `null` where all of them ran. */
export async function runAll(session: Session, statements: readonly SquashedStatement[]): Promise<Stop | null> {
  let open = false;
  let clean = true;
  let last: SquashedStatement | undefined;
  try {
    for (const statement of statements) {
      last = statement;
      if (open !== statement.transactional) {
        if (open) clean = false;
        await session.run(open ? "COMMIT" : "BEGIN");
        open = statement.transactional;
      }
      clean &&= statement.transactional;
      if (statement.data === null) await session.run(statement.sql);
      else await session.copyIn(statement.sql, statement.data);
    }
    if (open) await session.run("COMMIT");
    return null;
  } catch (error) {
    if (!(error instanceof StatementError) || last === undefined) throw error;
    await session.run("ROLLBACK");
    return { message: error.message, statement: last, clean };
  }
}

/** Every difference between what was expected and what a shadow holds, by both judges of the catalog and by the rows. */
export function compareWith(expected: SquashExpectation, found: SquashExpectation): readonly CatalogDifference[] {
  return [
    ...compareSnapshots(expected.catalog, found.catalog),
    ...compareRows(expected.rows, found.rows),
    ...compareStates(expected.state, found.state),
  ];
}

/** Runs statements on an empty shadow and compares. Fails only where no shadow can be opened. */
export async function tryStatements(statements: readonly SquashedStatement[], ground: TrialGround): Promise<Result<Trial>> {
  const opened = ground.spare === null ? await ground.openShadow() : ok(ground.spare);
  if (opened.kind === "failed") return opened;
  const shadow = opened.value;
  const engine = describeEngine(shadow.session.engine);
  ground.spare = null;
  let reusable = false;
  try {
    const stopped = await runAll(shadow.session, statements);
    if (stopped !== null) {
      reusable = stopped.clean;
      return ok({ kind: "error", engine, message: stopped.message, statement: stopped.statement });
    }
    await shadow.session.run("RESET ALL");
    const found = await readExpectation(shadow, ground.reading);
    const differences = compareWith(ground.expected, found);
    return ok(
      differences.length === 0 ? { kind: "equal", engine, rows: countRows(found.rows) } : { kind: "different", engine, differences },
    );
  } finally {
    if (reusable) ground.spare = shadow;
    else await shadow.close();
  }
}

/** The first line of a statement, shortened. */
export function firstLine(sql: string): string {
  const line = sql.split("\n", 1)[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

/** One difference in a sentence. */
export function describeDifference(difference: CatalogDifference): string {
  return `${difference.identity}: ${difference.aspect} is ${difference.found ?? "missing"}, expected ${difference.expected ?? "nothing"}`;
}
