import { fieldsOf, listName, relationName } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import type { Ledger, Statement, TouchKind, Tracked } from "./ledger.ts";
import { forget, keep, place, record, stepId, touch } from "./ledger.ts";
import { followColumn, followTable, followable } from "./follow.ts";
import { nameOf, schemaOf } from "./register.ts";
import { findRelation, findType } from "./resolve.ts";

type Rename = NodeFields<"RenameStmt">;

/** Gives an object its new name from here on. */
export function rekey(ledger: Ledger, object: Tracked, name: { readonly schema: string; readonly name: string }): void {
  const prefix = object.key.slice(0, object.key.indexOf(":"));
  const old = object.key;
  forget(ledger, object);
  object.key = `${prefix}:${name.schema}.${name.name}`;
  ledger.names.set(object.key, object);
  for (const part of [...ledger.names.values()].filter(
    (each) => each.owner === object && each.key.includes(`${old.slice(prefix.length + 1)}/`),
  )) {
    forget(ledger, part);
    part.key = part.key.replace(`${old.slice(prefix.length + 1)}/`, `${name.schema}.${name.name}/`);
    ledger.names.set(part.key, part);
  }
}

const COLUMN_KINDS: Readonly<Partial<Record<NonNullable<Rename["renameType"]>, TouchKind>>> = {
  OBJECT_COLUMN: "rename-column",
  OBJECT_TABCONSTRAINT: "constraint",
};

/** Lets the CREATE TABLE take the new name; gives the reason where the rename stays where it is. */
function follow(ledger: Ledger, statement: Statement, rename: Rename): string | null {
  const ofTable = rename.renameType === "OBJECT_TABLE" || (rename.renameType === "OBJECT_COLUMN" && rename.relationType === "OBJECT_TABLE");
  if (!ofTable) return "a rename that other statements may depend on";
  const id = stepId("rename-followed", statement);
  if (ledger.skip.has(id)) return "taken back: the result was not equal with it";
  const table = findRelation(ledger, relationName(rename.relation), statement.input);
  const followed = followable(ledger, table, id);
  if (typeof followed === "string") return followed;
  const newName = rename.newname ?? "";
  const isTable = rename.renameType === "OBJECT_TABLE";
  const reason = isTable ? followTable(followed, newName) : followColumn(followed, rename.subname ?? "", newName);
  if (reason !== null) return reason;
  if (isTable) rekey(ledger, table, { schema: schemaOf(table), name: newName });
  record(ledger, { id, rule: "rename-followed", into: followed.into, input: statement.input, before: statement.input.step.sql });
  return null;
}

/** RENAME of a table, column, constraint, view, index, sequence or type. */
export function mergeRename(ledger: Ledger, statement: Statement, rename: Rename): void {
  const { input } = statement;
  const reason = follow(ledger, statement, rename);
  if (reason === null) return;
  const unit = place(ledger, statement);
  const newName = rename.newname ?? "";
  switch (rename.renameType) {
    case "OBJECT_COLUMN":
    case "OBJECT_TABCONSTRAINT": {
      const table = findRelation(ledger, relationName(rename.relation), input);
      unit.subject = table;
      const kind = COLUMN_KINDS[rename.renameType] ?? "structure";
      touch(table, unit, { kind, columns: kind === "constraint" ? "all" : new Set([rename.subname ?? "", newName]) });
      keep(ledger, statement, reason);
      return;
    }
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_INDEX": {
      const relation = findRelation(ledger, relationName(rename.relation), input);
      unit.subject = relation.owner ?? relation;
      touch(relation, unit, { kind: "rename", columns: "all" });
      ledger.freed.set(relation.key, unit.position);
      rekey(ledger, relation, { schema: schemaOf(relation), name: newName });
      keep(ledger, statement, reason);
      return;
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const type = findType(ledger, listName(fieldsOf(rename.object, "List")?.items), input);
      if (type !== null) {
        touch(type, unit, { kind: "rename", columns: "all" });
        unit.subject = type;
        rekey(ledger, type, { schema: schemaOf(type), name: newName });
        return;
      }
      break;
    }
    default:
  }
  ledger.barriers.push(unit);
}

/** SET SCHEMA of a relation or type. */
export function mergeSetSchema(ledger: Ledger, statement: Statement, move: NodeFields<"AlterObjectSchemaStmt">): void {
  const unit = place(ledger, statement);
  const relation = move.relation === undefined ? null : findRelation(ledger, relationName(move.relation), statement.input);
  if (relation === null) {
    ledger.barriers.push(unit);
    return;
  }
  unit.subject = relation;
  touch(relation, unit, { kind: "rename", columns: "all" });
  ledger.freed.set(relation.key, unit.position);
  rekey(ledger, relation, { schema: move.newschema ?? "", name: nameOf(relation) });
}
