import type { ExcludedTables } from "../catalog/snapshot/left-out.ts";
import type { Plan } from "../model/plan.ts";
import { parseQualifiedName } from "../sql/names.ts";
import { classifyStatement } from "../sql/statement.ts";

/** What of a database is compared with the history. */
export interface Scope {
  readonly schemas: readonly string[];
  /** The source tool's own tables. */
  readonly excluded: ExcludedTables;
}

/** The schemas given, or those that the history touches, but for pggit, where the record stands; the first of the tool's search_path where it names none. */
export function scopeOf(plan: Plan, given: readonly string[]): Scope {
  const excluded = plan.surroundings.bookkeeping.map(parseQualifiedName);
  if (given.length > 0) return { schemas: given, excluded };
  const schemas = new Set<string>([defaultSchema(plan)]);
  for (const migration of plan.migrations) {
    for (const statement of migration.up) {
      if (statement.data !== null) continue;
      for (const change of classifyStatement(statement.sql)) {
        for (const object of [...change.writes, ...(change.object === null ? [] : [change.object])]) {
          if (object.kind === "schema") schemas.add(object.name);
          else if (object.schema !== null) schemas.add(object.schema);
        }
        if (change.kind === "rename-schema" && change.details.newName !== undefined) schemas.add(change.details.newName);
        if (change.details.newSchema !== undefined) schemas.add(change.details.newSchema);
        if (change.kind === "set" && change.details.setting === "search_path") schemas.add(firstSchema(change.details.value ?? ""));
      }
    }
  }
  return { schemas: [...schemas].filter((name) => name !== "" && !/^pg_|^information_schema$|^pggit$/.test(name)).sort(), excluded };
}

function defaultSchema(plan: Plan): string {
  for (const sql of plan.surroundings.resetBetween) {
    const path = /^set\s+search_path\s+to\s+(.*)$/i.exec(sql)?.[1];
    if (path !== undefined) return firstSchema(path);
  }
  return "public";
}

function firstSchema(path: string): string {
  return parseQualifiedName(path.split(",")[0]?.trim() ?? "").name.replaceAll(/^'|'$/g, "");
}
