import { given, makeMade, makeThing } from "../../../src/script/python/things.ts";
import { makeManager } from "../../../src/script/python/with.ts";
import { dictionary, keyOf, nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import { makeBind, makeContext } from "../runtime/bind.ts";
import { execute } from "../runtime/execute.ts";
import { argument } from "../values.ts";
import type { Session } from "../session.ts";
import { addColumn, alterColumn, dropColumn } from "./columns.ts";
import {
  createCheckConstraint,
  createExcludeConstraint,
  createForeignKey,
  createIndex,
  createPrimaryKey,
  createUniqueConstraint,
  dropConstraint,
  dropIndex,
} from "./constraints.ts";
import { bulkInsert } from "./data.ts";
import { entityOperation, syncEnumValues } from "./entities.ts";
import type { Operation } from "./shared.ts";
import { createTable, createTableComment, dropTable, dropTableComment, renameTable } from "./tables.ts";

/** What `alembic.op` offers and sends SQL. */
export const operations: Readonly<Record<string, Operation>> = {
  create_table: createTable,
  drop_table: dropTable,
  rename_table: renameTable,
  create_table_comment: createTableComment,
  drop_table_comment: dropTableComment,
  add_column: addColumn,
  drop_column: dropColumn,
  alter_column: alterColumn,
  create_index: createIndex,
  drop_index: dropIndex,
  create_foreign_key: createForeignKey,
  create_unique_constraint: createUniqueConstraint,
  create_primary_key: createPrimaryKey,
  create_check_constraint: createCheckConstraint,
  create_exclude_constraint: createExcludeConstraint,
  drop_constraint: dropConstraint,
  bulk_insert: bulkInsert,
  execute: (call, at) => execute(call, at),
  create_entity: entityOperation("create"),
  replace_entity: entityOperation("replace"),
  drop_entity: entityOperation("drop"),
  sync_enum_values: syncEnumValues,
};

/** Where the table stands among the arguments of an operation that `batch_alter_table` has without it. */
const tableAt: Readonly<Record<string, number>> = {
  add_column: 0, drop_column: 0, alter_column: 0, create_index: 1, drop_index: 1, create_foreign_key: 1, create_unique_constraint: 1, create_primary_key: 1, create_check_constraint: 1, create_exclude_constraint: 1,
  drop_constraint: 1, create_table_comment: 0, drop_table_comment: 0,
}; // prettier-ignore

/** `op` itself. */
export function makeOperations(session: Session): Value {
  return makeThing({
    name: "alembic.op",
    attribute: async (name) => {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation !== undefined) return given((call) => operation(call, { session, location: call.location }));
      switch (name) {
        case "f":
          return given(async (call) => makeMade("alembic.op.f", call));
        case "get_bind":
          return given(async () => makeBind(session));
        case "get_context":
          return given(async () => makeContext(session));
        case "inline_literal":
          return given(async ({ positional: [value = nil] }) => value);
        case "run_async":
          return given(async (call) =>
            session.run.call(call.positional[0] ?? nil, { ...call, positional: [makeBind(session), ...call.positional.slice(1)] }),
          );
        case "batch_alter_table":
          return given(async (call) => makeManager("a batch", (body) => body(makeBatch(call, session))));
        default:
          return null;
      }
    },
  });
}

/** `batch_op`: the same operations on one table; on PostgreSQL nothing is copied. */
function makeBatch(batch: Arguments, session: Session): Value {
  const table = argument(batch, 0, "table_name") ?? nil;
  const schema = argument(batch, 1, "schema");
  return makeThing({
    name: "batch_op",
    attribute: async (name) => {
      if (name === "f") return given(async (call) => makeMade("alembic.op.f", call));
      if (name === "get_bind") return given(async () => makeBind(session));
      const at = tableAt[name];
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation === undefined) return null;
      if (at === undefined) return given((call) => operation(call, { session, location: call.location }));
      return given((call) => operation(withTable(call, { at, table, schema, name }), { session, location: call.location }));
    },
  });
}

interface OnTable {
  readonly at: number;
  readonly table: Value;
  readonly schema: Value | null;
  readonly name: string;
}

function withTable(call: Arguments, { at, table, schema, name }: OnTable): Arguments {
  const positional = [...call.positional];
  const named = name === "create_foreign_key" ? "source_table" : "table_name";
  const entries = new Map(call.keywords?.entries);
  const set = (key: string, value: Value): void => void entries.set(keyOf(text(key)), { key: text(key), value });
  if (positional.length >= at) positional.splice(at, 0, table);
  else set(named, table);
  if (schema !== null && schema.kind !== "nil") set(name === "create_foreign_key" ? "source_schema" : "schema", schema);
  const keywords = dictionary([...entries.values()].map(({ key, value }): [Value, Value] => [key, value]));
  return { ...call, positional, keywords: keywords.entries.size === 0 ? null : keywords };
}
