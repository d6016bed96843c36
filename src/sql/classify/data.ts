import type { Node } from "libpg-query";
import type { Change, ChangeEffect, ChangeKind } from "../../model/change.ts";
import { builtinVolatility } from "../builtin-functions.ts";
import type { References } from "../references.ts";
import { collectReferences, functionRef } from "../references.ts";
import { namesSecret } from "../secrets.ts";
import { allOf, isOn, options, relationRef, strings } from "../tree.ts";
import { change } from "./context.ts";
import type { ChangeParts, Classifiers } from "./context.ts";
import { isTemporary } from "./relations.ts";

function isRemote(found: References): boolean {
  return found.calls.some((call) => /^dblink(?:_|$)/.test(call.name));
}

/** What any statement over rows reads, writes and depends on the moment for. */
function rowParts(found: References, sql: string): ChangeParts & { readonly details: NonNullable<ChangeParts["details"]> } {
  return {
    reads: [...found.reads, ...found.calls.map(functionRef), ...found.types],
    writes: found.writes,
    details: {
      nondeterministic: found.nondeterministic.length === 0 ? undefined : found.nondeterministic,
      clusterWide: isRemote(found),
      secret: isRemote(found) && namesSecret(sql),
    },
  };
}

function dataChange(kind: ChangeKind, node: Node, sql: string, details: NonNullable<ChangeParts["details"]>): Change[] {
  const found = collectReferences(node);
  const [target] = found.writes;
  const parts = rowParts(found, sql);
  return [change(kind, target ?? null, { ...parts, details: { ...parts.details, ...details } })];
}

/** A query that only reads what cannot write is no change; a function of unknown making may do anything. */
function queryEffect(found: References): ChangeEffect {
  if (found.calls.some((call) => builtinVolatility(call.name) === null || (call.schema ?? "pg_catalog") !== "pg_catalog")) return "unknown";
  if (found.writes.length > 0) return "data";
  return found.calls.some((call) => builtinVolatility(call.name) === "volatile") ? "unknown" : "session";
}

/** Rows: what reads and writes them, and what may do either. */
export const DATA_CLASSIFIERS = {
  InsertStmt(insert, { sql }) {
    return dataChange("insert", { InsertStmt: insert }, sql, {
      columns: insert.cols === undefined ? undefined : allOf(insert.cols, "ResTarget").map((target) => target.name ?? ""),
      subcommand: insert.onConflictClause?.action,
    });
  },
  UpdateStmt(update, { sql }) {
    return dataChange("update", { UpdateStmt: update }, sql, {
      columns: allOf(update.targetList, "ResTarget").map((target) => target.name ?? ""),
      allRows: update.whereClause === undefined && update.fromClause === undefined,
    });
  },
  DeleteStmt(remove, { sql }) {
    return dataChange("delete", { DeleteStmt: remove }, sql, {
      allRows: remove.whereClause === undefined && remove.usingClause === undefined,
    });
  },
  MergeStmt(merge, { sql }) {
    return dataChange("merge", { MergeStmt: merge }, sql, {});
  },
  SelectStmt(select, { sql }) {
    const found = collectReferences(select);
    const parts = rowParts(found, sql);
    if (select.intoClause !== undefined) {
      const target = relationRef(select.intoClause.rel);
      const reads = parts.reads?.filter((ref) => !(ref?.kind === "table" && ref.name === target.name && ref.schema === target.schema));
      return [
        change("create-table-as", target, {
          ...parts,
          reads: reads ?? [],
          details: { ...parts.details, temporary: isTemporary(select.intoClause.rel) },
        }),
      ];
    }
    return [change("select", null, { ...parts, effect: queryEffect(found) })];
  },
  TruncateStmt(truncate) {
    return allOf(truncate.relations, "RangeVar").map((relation) =>
      change("truncate", relationRef(relation), {
        details: {
          allRows: true,
          cascade: truncate.behavior === "DROP_CASCADE",
          subcommand: truncate.restart_seqs === true ? "RESTART IDENTITY" : undefined,
        },
      }),
    );
  },
  CopyStmt(copy, { sql }) {
    const found = collectReferences(copy.query);
    const parts = rowParts(found, sql);
    const table = copy.relation === undefined ? null : relationRef(copy.relation);
    const from = copy.is_from === true;
    return [
      change(from ? "copy-from" : "copy-to", from ? table : null, {
        reads: [...(parts.reads ?? []), ...(from ? [] : [table])],
        writes: parts.writes ?? [],
        details: {
          ...parts.details,
          columns: copy.attlist === undefined ? undefined : strings(copy.attlist),
          clusterWide: copy.is_program,
          subcommand: copy.is_program === true ? "PROGRAM" : copy.filename === undefined ? (from ? "STDIN" : "STDOUT") : "FILE",
        },
      }),
    ];
  },
  ExecuteStmt(execute) {
    return [change("execute", null, { reads: collectReferences(execute.params).reads, details: { value: execute.name } })];
  },
  PrepareStmt(prepare, { sql }) {
    return [change("prepare", null, { ...rowParts(collectReferences(prepare.query), sql), writes: [] })];
  },
  DeclareCursorStmt(cursor, { sql }) {
    return [change("declare-cursor", null, rowParts(collectReferences(cursor.query), sql))];
  },
  ExplainStmt(explain, { sql }) {
    const runs = isOn(options(explain.options), "analyze");
    const parts = rowParts(collectReferences(explain.query), sql);
    return [
      change("explain", null, {
        ...parts,
        writes: runs ? (parts.writes ?? []) : [],
        effect: runs ? "unknown" : "session",
        details: { ...parts.details, subcommand: runs ? "ANALYZE" : undefined },
      }),
    ];
  },
  VacuumStmt(vacuum) {
    const kind = vacuum.is_vacuumcmd === true ? "vacuum" : "analyze";
    const tables = allOf(vacuum.rels, "VacuumRelation");
    const given = [...options(vacuum.options).keys()].sort().join(",") || undefined;
    if (tables.length === 0) return [change(kind, null, { details: { subcommand: given } })];
    return tables.map((table) => {
      const ref = relationRef(table.relation);
      return { ...change(kind, ref, { reads: [ref], details: { subcommand: given } }), writes: [] };
    });
  },
  NotifyStmt(notify) {
    return [change("notify", null, { details: { value: notify.conditionname } })];
  },
  LoadStmt(load) {
    return [change("load", null, { details: { value: load.filename } })];
  },
} satisfies Partial<Classifiers>;
