import { fieldsOf, relationName, strings } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Ledger, Mention, Statement, Tracked, Unit } from "./ledger.ts";
import { barrierAfter, elide, place, placeAfter, record, stepId, touch, track } from "./ledger.ts";
import { mentionsOf } from "./mentions.ts";
import { columnsInName, firstFree, objectName } from "./names.ts";
import { findObstacle } from "./obstacles.ts";
import { nameOf, schemaOf } from "./register.ts";
import { allNeeds, findRelation, keyOf, needsOf } from "./resolve.ts";

/** The name of an index as PostgreSQL chooses it where the statement gives none. */
function indexName(ledger: Ledger, table: Tracked, index: NodeFields<"IndexStmt">): string {
  const elements = [...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])];
  const columns = elements.map((node) => {
    const element = fieldsOf(node, "IndexElem");
    const call = fieldsOf(element?.expr, "FuncCall");
    return element?.name ?? (call === null ? "expr" : (strings(call.funcname).at(-1) ?? "expr"));
  });
  const label = (suffix: string): string => `${objectName(nameOf(table), columnsInName(columns), "idx")}${suffix}`;
  return firstFree(label, (name) => ledger.names.has(`rel:${schemaOf(table)}.${name}`));
}

/** CREATE INDEX: stays an own statement, and moves up to its table. */
export function placeIndex(ledger: Ledger, statement: Statement, index: NodeFields<"IndexStmt">): void {
  const { input } = statement;
  const table = findRelation(ledger, relationName(index.relation), input);
  const name = index.idxname ?? indexName(ledger, table, index);
  const key = keyOf(ledger, "rel", { schema: schemaOf(table), name, path: input.searchPath });
  if (index.if_not_exists === true && ledger.names.has(key)) {
    if (elide(ledger, statement, { rule: "no-op-elided", reason: "the index is there already" })) return;
  }
  const before = lastLive(ledger);
  const unit = place(ledger, statement);
  unit.subject = table;
  const params = [...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])];
  const plain = params.flatMap((node) => fieldsOf(node, "IndexElem")?.name ?? []);
  const expressions = [params.map((node) => fieldsOf(node, "IndexElem")?.expr), index.whereClause];
  const inExpressions = mentionsOf(expressions).columns;
  const needs = needsOf(ledger, { ...index, relation: undefined }, input);
  moveIndex({ ledger, statement, unit, table, before, key }, { plain, inExpressions, needs: allNeeds(needs), unknown: needs.unknown });
  if (!ledger.names.has(key)) track(ledger, { key, kind: "index", creator: unit, owner: table });
  touch(table, unit, { kind: "index", columns: new Set(plain) });
  if (inExpressions === "all" || inExpressions.size > 0) {
    touch(table, unit, { kind: "index", columns: inExpressions });
    touch(table, unit, { kind: "column-use", columns: inExpressions });
  }
  for (const need of allNeeds(needs)) touch(need, unit, { kind: "column-use", columns: "all" });
}

function lastLive(ledger: Ledger): Unit | null {
  for (let at = ledger.units.length - 1; at >= 0; at--) {
    const unit = ledger.units[at];
    if (unit?.live === true) return unit;
  }
  return null;
}

interface Move {
  readonly ledger: Ledger;
  readonly statement: Statement;
  readonly unit: Unit;
  readonly table: Tracked;
  readonly before: Unit | null;
  readonly key: string;
}

interface IndexUse {
  readonly plain: readonly string[];
  readonly inExpressions: Mention;
  readonly needs: readonly Tracked[];
  readonly unknown: boolean;
}

function moveIndex(move: Move, uses: IndexUse): void {
  const { ledger, unit, table, before, key } = move;
  const into = table.creator;
  if (into === null || !into.live || table.table === null || uses.inExpressions === "all") return;
  if (before === into || before?.subject === table) return;
  const columns = [...uses.plain, ...uses.inExpressions];
  const present = columns.every((column) => table.table?.columns.some((each) => each.name === column) === true);
  const id = stepId("index-after-create", move.statement);
  if (!present || ledger.skip.has(id) || (ledger.freed.get(key) ?? 0) > into.position) return;
  if (barrierAfter(ledger.barriers, into) !== null) return;
  if (findObstacle(ledger, { kind: "index", table, into, columns, needs: uses.needs, unknown: uses.unknown }) !== null) return;
  unit.position = placeAfter(ledger, into);
  record(ledger, { id, rule: "index-after-create", into: unit, input: move.statement.input, before: unit.text });
}
