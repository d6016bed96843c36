import type { Node } from "../sql/parser.ts";
import { allOf, fieldsOf, listName } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Ledger, Statement, Tracked } from "./ledger.ts";
import { barrierAfter, elide, keep, place, record, stepId, touch, touchesAfter } from "./ledger.ts";
import { findType } from "./resolve.ts";

type AlterEnum = NodeFields<"AlterEnumStmt">;
type Change =
  | { readonly kind: "values"; readonly values: readonly string[] }
  | { readonly kind: "no-op" }
  | { readonly kind: "kept"; readonly reason: string };

function changeValues(values: readonly string[], alter: AlterEnum): Change {
  const { newVal, oldVal, newValNeighbor: neighbor } = alter;
  if (newVal === undefined) return { kind: "kept", reason: "this form is left alone" };
  if (oldVal !== undefined) {
    if (!values.includes(oldVal)) return { kind: "kept", reason: "the value is not part of the CREATE TYPE" };
    return { kind: "values", values: values.map((value) => (value === oldVal ? newVal : value)) };
  }
  if (values.includes(newVal))
    return alter.skipIfNewValExists === true ? { kind: "no-op" } : { kind: "kept", reason: "the value is there already" };
  if (neighbor === undefined) return { kind: "values", values: [...values, newVal] };
  const at = values.indexOf(neighbor);
  if (at < 0) return { kind: "kept", reason: "its neighbour is not part of the CREATE TYPE" };
  return { kind: "values", values: values.toSpliced(alter.newValIsAfter === true ? at + 1 : at, 0, newVal) };
}

function obstacle(ledger: Ledger, type: Tracked, alter: AlterEnum): string | null {
  const { creator } = type;
  if (creator === null || !creator.live) return "no CREATE TYPE is known for it";
  if (barrierAfter(ledger.barriers, creator) !== null) return "a statement that may do anything stands in between";
  // A renamed value is a word in defaults, conditions and rows that were written before; a new one is in none.
  const words =
    alter.oldVal === undefined ? [] : touchesAfter(type, creator).filter((each) => !["comment", "grant", "owner"].includes(each.kind));
  if (words.length > 0) return "the type is used in between";
  return touchesAfter(type, creator).some((each) => ["rename", "drop", "replace", "alter-column"].includes(each.kind))
    ? "the type is changed in between"
    : null;
}

/** ALTER TYPE … ADD VALUE and RENAME VALUE go into the CREATE TYPE … AS ENUM. */
export function mergeAlterEnum(ledger: Ledger, statement: Statement, alter: AlterEnum): void {
  const type = findType(ledger, listName(alter.typeName), statement.input);
  const creator = type?.creator ?? null;
  const create = fieldsOf(creator?.tree ?? creator?.parsed ?? undefined, "CreateEnumStmt");
  const id = stepId("enum-value-into-create", statement);
  const reason =
    type === null || create === null
      ? "no CREATE TYPE is known for it"
      : ledger.skip.has(id)
        ? "taken back: the result was not equal with it"
        : obstacle(ledger, type, alter);
  const change: Change =
    reason === null
      ? changeValues(
          allOf(create?.vals, "String").map((value) => value.sval ?? ""),
          alter,
        )
      : { kind: "kept", reason };
  if (change.kind === "no-op" && elide(ledger, statement, { rule: "no-op-elided", reason: "the value is there already" })) return;
  if (change.kind === "values" && creator !== null && create !== null) {
    const vals = change.values.map((value): Node => ({ String: { sval: value } }));
    creator.tree = { CreateEnumStmt: { ...create, vals } };
    record(ledger, { id, rule: "enum-value-into-create", into: creator, input: statement.input, before: statement.input.step.sql });
    return;
  }
  if (change.kind === "kept") keep(ledger, statement, change.reason);
  const unit = place(ledger, statement);
  if (type === null) return;
  unit.subject = type;
  touch(type, unit, { kind: "alter-column", columns: "all" });
}
