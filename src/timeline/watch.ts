import { refusalOf } from "../apply/connection-lost.ts";
import { executeStatement, missingRole, mostRoles, unitsOnShadow, type ShadowTerms } from "../apply/execute-script.ts";
import { doesNotRun } from "../apply/expectations.ts";
import type { Unit } from "../apply/read-script.ts";
import type { RunnableMigration } from "../apply/runnable.ts";
import { installCatalogReader } from "../catalog/install.ts";
import type { CatalogReader, ReaderOptions } from "../catalog/reader.ts";
import type { Touched } from "../catalog/touched.ts";
import { describeEngine, type Session } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import type { Failure } from "../model/failure.ts";
import { scopeOf } from "../replay/scope.ts";
import { joinTouched } from "../replay/transaction.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/** The objects that a migration touched, before and after it. */
export interface Watched {
  readonly before: CatalogSlice;
  readonly after: CatalogSlice;
}

/** Runs the migrations of a plan one after the other on a shadow and says what each touched; a few messages a migration. */
export interface Watch {
  run(migration: RunnableMigration): Promise<Watched | Failure>;
}

/** Begins to watch a shadow as it stands. Not inside a transaction. */
export async function startWatch(session: Session, terms: Pick<ShadowTerms, "resetBetween"> & ReaderOptions): Promise<Watch> {
  const reader = await installCatalogReader(session, terms);
  const disposable = session.engine.ownsCluster;
  return {
    async run(migration) {
      try {
        for (const sql of terms.resetBetween) await session.run(sql);
        const touched: Touched[] = [];
        for (const unit of unitsOnShadow(migration, { disposable })) {
          touched.push(...(await runUnit(unit, { session, reader, mostRoles: disposable ? mostRoles : 0 })));
        }
        if (touched.length === 0) return { before: new Map(), after: new Map() };
        const slices = await reader.slices(joinTouched(touched));
        reader.accept(slices);
        return slices;
      } catch (error) {
        return doesNotRun(refusalOf(error), { id: migration.plan.id, engine: describeEngine(session.engine) });
      }
    },
  };
}

interface Place {
  readonly session: Session;
  readonly reader: CatalogReader;
  readonly mostRoles: number;
}

async function runUnit(unit: Unit, place: Place): Promise<readonly Touched[]> {
  const roles: Touched[] = [];
  for (;;) {
    try {
      return [...roles, await (unit.kind === "transaction" ? runTransaction(unit, place) : runAlone(unit, place))];
    } catch (error) {
      const role = missingRole(error);
      if (unit.kind === "transaction") await place.session.run("ROLLBACK");
      if (role === null || roles.length >= place.mostRoles) throw error;
      const create = { sql: `CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`, data: null };
      await place.reader.open("BEGIN", create.sql);
      roles.push(await place.reader.end("catalog", { closing: "COMMIT" }));
    }
  }
}

/** How closely to look: rows are of no concern here, and what statements do to the catalog the event triggers tell. */
function catalogScope({ statements }: Unit): "catalog" | "rows" | "thorough" {
  const scope = scopeOf(statements.map(({ parsed }) => parsed));
  return scope === "data" ? "catalog" : scope;
}

async function runTransaction(unit: Unit, { session, reader }: Place): Promise<Touched> {
  const { statements } = unit;
  const together = statements.every(({ data }) => data === null);
  await reader.open("BEGIN", together ? statements.map(({ sql }) => sql).join("\n;\n") : "");
  if (!together) for (const statement of statements) await executeStatement(session, statement);
  const scope = catalogScope(unit);
  if (scope === "catalog") return reader.end(scope, { closing: "COMMIT" });
  const touched = await reader.end(scope);
  await session.run("COMMIT");
  return touched;
}

async function runAlone(unit: Unit, { session, reader }: Place): Promise<Touched> {
  const scope = catalogScope(unit);
  await reader.begin(scope === "catalog" ? "transaction" : "unwrapped");
  for (const statement of unit.statements) await executeStatement(session, statement);
  return reader.end(scope);
}
