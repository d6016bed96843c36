import type { CatalogObject, RelationFacts } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";

/** Columns of one table whose seed values differ between two runs of the same SQL. Names unquoted. */
export interface NondeterministicColumns {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Answers that differ between runs. `nextval` is none: a replay draws the same numbers in the same order. */
const differs =
  /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random\w*|gen_random_uuid|uuid_generate_v\w+|uuidv\d|txid_current|pg_current_xact_id|pg_backend_pid)\s*\(|\b(?:current_timestamp|current_date|current_time|localtimestamp|localtime)\b/i;
const temporal = /^(?:timestamp|date|time|uuid|tstzrange|daterange|interval|double precision|real|numeric)/;

/**
 * The columns that hold such values at the head: those that ever had such a default, and in tables that a statement filled by such
 * functions, the columns that it names (times and uuids where it names none). Sorted.
 */
export function findNondeterministicColumns(replays: readonly MigrationReplay[]): readonly NondeterministicColumns[] {
  const tables = new Map<string, CatalogObject>();
  const byDefault = new Map<string, Set<number>>();
  const written = new Map<string, Set<string> | "any">();
  for (const { before, after, statements } of replays) {
    for (const key of before.keys()) if (!after.has(key)) tables.delete(key);
    for (const [key, object] of after) {
      if (object.facts.kind !== "relation") continue;
      tables.set(key, object);
      const columns = byDefault.get(key) ?? new Set();
      for (const column of object.facts.columns) if (column.default !== null && differs.test(column.default)) columns.add(column.number);
      byDefault.set(key, columns);
    }
    for (const { parsed } of statements) {
      for (const change of parsed?.changes ?? []) {
        if ((change.details.nondeterministic ?? []).every((name) => name === "nextval")) continue;
        for (const { name } of change.writes) {
          const known = written.get(name) ?? new Set<string>();
          const named = change.details.columns ?? [];
          if (known === "any" || named.length === 0) written.set(name, "any");
          else written.set(name, new Set([...known, ...named]));
        }
      }
    }
  }
  const found = [...tables].flatMap(([key, object]): NondeterministicColumns[] => {
    if (object.facts.kind !== "relation" || object.schema === null) return [];
    const columns = looseColumns(object.facts, byDefault.get(key) ?? new Set(), written.get(object.name) ?? new Set());
    return columns.length === 0 ? [] : [{ schema: object.schema, table: object.name, columns }];
  });
  return found.sort((a, b) => (`${a.schema}.${a.table}` < `${b.schema}.${b.table}` ? -1 : 1));
}

function looseColumns(facts: RelationFacts, byDefault: ReadonlySet<number>, written: ReadonlySet<string> | "any"): readonly string[] {
  return facts.columns
    .filter(
      ({ number, name, type }) =>
        byDefault.has(number) || (written === "any" ? temporal.test(type) : written.has(name) && temporal.test(type)),
    )
    .map(({ name }) => name);
}
