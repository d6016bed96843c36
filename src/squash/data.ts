import { collectReferences } from "../sql/references.ts";
import { fieldsOf, relationName } from "../sql/tree.ts";
import type { Node } from "../sql/parser.ts";
import { isHarmless } from "./harmless.ts";
import type { Ledger, Mention, Statement, TouchKind, Tracked, Unit } from "./ledger.ts";
import { elide, isLive, keep, place, touch } from "./ledger.ts";
import { mentionsOf } from "./mentions.ts";
import { findRelation, needsOf } from "./resolve.ts";

/** A statement that writes rows of one table. */
interface Writing {
  readonly kind: Extract<TouchKind, "insert" | "upsert" | "update" | "delete">;
  readonly target: Tracked;
  readonly columns: Mention;
  /** Writes what a query finds, so that an empty database gives it nothing to do. */
  readonly fromRows: "from-rows" | "from-values";
}

function listed(nodes: readonly Node[] | undefined): Mention {
  const names = (nodes ?? []).flatMap((node) => fieldsOf(node, "ResTarget")?.name ?? fieldsOf(node, "String")?.sval ?? []);
  return names.length === 0 ? "all" : new Set(names);
}

function readWriting(ledger: Ledger, statement: Statement): Writing | null {
  const tree = statement.tree ?? undefined;
  const insert = fieldsOf(tree, "InsertStmt");
  const find = (relation: Parameters<typeof relationName>[0]): Tracked => findRelation(ledger, relationName(relation), statement.input);
  if (insert !== null) {
    const select = fieldsOf(insert.selectStmt, "SelectStmt");
    const upsert = insert.onConflictClause !== undefined;
    const fromRows = !upsert && select !== null && select.valuesLists === undefined && (select.fromClause ?? []).length > 0;
    return {
      kind: upsert ? "upsert" : "insert",
      target: find(insert.relation),
      columns: listed(insert.cols),
      fromRows: fromRows ? "from-rows" : "from-values",
    };
  }
  const update = fieldsOf(tree, "UpdateStmt");
  if (update !== null) return { kind: "update", target: find(update.relation), columns: mentionsOf(update).columns, fromRows: "from-rows" };
  const remove = fieldsOf(tree, "DeleteStmt");
  if (remove !== null) return { kind: "delete", target: find(remove.relation), columns: mentionsOf(remove).columns, fromRows: "from-rows" };
  const merge = fieldsOf(tree, "MergeStmt");
  if (merge !== null) return { kind: "upsert", target: find(merge.relation), columns: "all", fromRows: "from-rows" };
  const copy = fieldsOf(tree, "CopyStmt");
  if (copy?.is_from !== true || copy.is_program === true || copy.relation === undefined) return null;
  return { kind: "insert", target: find(copy.relation), columns: listed(copy.attlist), fromRows: "from-values" };
}

/** Whether rows of a table are written through something that could do more: a trigger, a rule, a view. A row trigger needs a row. */
function firesMore(target: Tracked, rows: "some-rows" | "no-row"): boolean {
  if (target.kind === "view") return true;
  return target.touches.some((each) => {
    if (!isLive(each) || (each.kind !== "trigger" && each.kind !== "rule")) return false;
    return rows === "some-rows" || fieldsOf(each.unit.parsed ?? undefined, "CreateTrigStmt")?.row !== true;
  });
}

/** Tables whose rows follow when rows of this one are deleted or updated, by their foreign keys. */
function followers(target: Tracked): readonly Tracked[] {
  return target.touches
    .filter((each) => isLive(each) && each.kind === "fk-from")
    .flatMap((each) => each.unit.creates[0] ?? each.unit.subject ?? []);
}

/**
 * INSERT, UPDATE, DELETE, MERGE and COPY FROM. One that touched no row in the replay from empty is left out; one whose functions or
 * triggers may do anything is a barrier; every other only concerns the tables that it names. `null` where it is none of them.
 */
export function mergeData(ledger: Ledger, statement: Statement): Unit | "elided" | null {
  const writing = readWriting(ledger, statement);
  if (writing === null) return null;
  const { input } = statement;
  const calls = collectReferences(statement.tree).calls.map((call) => call.name);
  const harmless = calls.every(isHarmless) && !firesMore(writing.target, "some-rows");
  const quiet = calls.every((name) => isHarmless(name) && name !== "nextval") && !firesMore(writing.target, "no-row");
  if (input.rows === 0 && quiet && writing.fromRows === "from-rows") {
    const reason = "it touched no row when the history ran on an empty database";
    if (elide(ledger, statement, { rule: "dead-backfill-elided", reason })) return "elided";
  }
  const unit = place(ledger, statement);
  unit.subject = writing.target;
  touch(writing.target, unit, { kind: writing.kind, columns: writing.columns });
  const mention = mentionsOf(statement.tree).columns;
  for (const relation of needsOf(ledger, statement.tree, input).relations) {
    if (relation !== writing.target) touch(relation, unit, { kind: "read", columns: mention });
  }
  if (writing.kind !== "insert")
    for (const follower of followers(writing.target)) touch(follower, unit, { kind: "delete", columns: new Set() });
  if (!harmless) {
    ledger.barriers.push(unit);
    keep(ledger, statement, "its functions or triggers may do more than it says");
  }
  return unit;
}
