import { given, makeThing } from "../../../src/script/python/things.ts";
import { boolean, dictionary, list, nil, text, type Arguments, type Value } from "../../../src/script/value.ts";
import type { Catalog, ConstraintInfo } from "../../catalog.ts";
import { argument, optionText, textOf } from "../values.ts";
import { libraryType } from "./reflect.ts";

type Answer = (call: Arguments, catalog: Catalog) => Promise<Value>;

const record = (parts: Readonly<Record<string, Value>>): Value =>
  dictionary(Object.entries(parts).map(([key, value]): [Value, Value] => [text(key), value]));
const textsOf = (values: readonly string[]): Value => list(values.map((each) => text(each)));

/** `schema.table`, as the catalog takes it. */
function tableOf(call: Arguments): string {
  const table = textOf(argument(call, 0, "table_name"), "the name of the table", call.location);
  const second = call.positional[1];
  const schema = optionText(call, "schema") ?? (second?.kind === "text" ? second.value : null);
  return schema === null ? table : `${schema}.${table}`;
}

const tablesQuery = `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = any($1) and n.nspname = coalesce($2, pg_catalog.current_schema()) order by 1`;

const enumsQuery = `select n.nspname as schema, t.typname as name, array(select e.enumlabel::text from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) as labels
from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and n.nspname = coalesce($1, pg_catalog.current_schema()) order by 2`;

function relations(kinds: readonly string[]): Answer {
  return async (call, catalog) => {
    const schema = argument(call, 0, "schema");
    const rows = await catalog.rows(tablesQuery, [
      kinds,
      schema === null || schema.kind === "nil" ? null : textOf(schema, "the schema", call.location),
    ]);
    return textsOf(rows.map(({ name }) => String(name)));
  };
}

async function constraints(call: Arguments, catalog: Catalog, type: string): Promise<readonly ConstraintInfo[]> {
  return (await catalog.constraints(tableOf(call))).filter((each) => each.type === type);
}

function foreignKey(each: ConstraintInfo): Value {
  const parts = (each.toTable ?? "").split(".").map((part) => part.replace(/^"(.*)"$/, "$1"));
  const actions: Readonly<Record<string, string>> = { c: "CASCADE", n: "SET NULL", r: "RESTRICT", d: "SET DEFAULT" };
  const option = (key: string, code: string | null): Readonly<Record<string, Value>> => {
    const word = actions[code ?? ""];
    return word === undefined ? {} : { [key]: text(word) };
  };
  return record({
    name: text(each.name),
    constrained_columns: textsOf(each.columns),
    referred_schema: parts.length > 1 ? text(parts[0] ?? "") : nil,
    referred_table: text(parts.at(-1) ?? ""),
    referred_columns: textsOf(each.toColumns),
    options: record({ ...option("ondelete", each.onDelete), ...option("onupdate", each.onUpdate) }),
  });
}

const answers: Readonly<Record<string, Answer>> = {
  get_table_names: relations(["r", "p"]),
  get_view_names: relations(["v"]),
  get_materialized_view_names: relations(["m"]),
  get_sequence_names: relations(["S"]),
  get_schema_names: async (_call, catalog) =>
    textsOf(
      (await catalog.rows("select nspname as name from pg_catalog.pg_namespace where nspname !~ '^pg_' order by 1")).map(({ name }) =>
        String(name),
      ),
    ),
  has_table: async (call, catalog) => boolean(/^[rpvmf]$/.test((await catalog.relationKind(tableOf(call))) ?? "")),
  has_sequence: async (call, catalog) => boolean((await catalog.relationKind(tableOf(call))) === "S"),
  has_index: async (call, catalog) => {
    const name = textOf(argument(call, 1, "index_name"), "the name of the index", call.location);
    return boolean(
      (await catalog.indexes(tableOf({ ...call, positional: call.positional.slice(0, 1) }))).some((each) => each.name === name),
    );
  },
  get_columns: async (call, catalog) =>
    list(
      (await catalog.columns(tableOf(call))).map((each) =>
        record({
          name: text(each.name),
          type: libraryType(each.type),
          nullable: boolean(each.nullable),
          default: each.default === null ? nil : text(each.default),
          autoincrement: boolean((each.default ?? "").startsWith("nextval(")),
          comment: nil,
        }),
      ),
    ),
  get_indexes: async (call, catalog) => {
    const table = tableOf(call);
    const unique = new Set((await catalog.constraints(table)).filter(({ type }) => type === "u").map(({ name }) => name));
    return list(
      (await catalog.indexes(table)).map((each) =>
        record({
          name: text(each.name),
          unique: boolean(each.unique),
          column_names: typeof each.columns === "string" ? list([nil]) : textsOf(each.columns),
          ...(unique.has(each.name) ? { duplicates_constraint: text(each.name) } : {}),
        }),
      ),
    );
  },
  get_foreign_keys: async (call, catalog) => list((await constraints(call, catalog, "f")).map(foreignKey)),
  get_unique_constraints: async (call, catalog) =>
    list((await constraints(call, catalog, "u")).map((each) => record({ name: text(each.name), column_names: textsOf(each.columns) }))),
  get_check_constraints: async (call, catalog) =>
    list(
      (await constraints(call, catalog, "c")).map((each) =>
        record({ name: text(each.name), sqltext: text(each.definition.replace(/^CHECK \((.*)\)(?: NOT VALID)?$/s, "$1")) }),
      ),
    ),
  get_pk_constraint: async (call, catalog) => {
    const [found] = await constraints(call, catalog, "p");
    return record({ name: found === undefined ? nil : text(found.name), constrained_columns: textsOf(found?.columns ?? []) });
  },
  get_enums: async (call, catalog) => {
    const schema = argument(call, 0, "schema");
    const rows = await catalog.rows(enumsQuery, [schema?.kind === "text" && schema.value !== "*" ? schema.value : null]);
    return list(
      rows.map((row) =>
        record({
          name: text(String(row["name"])),
          schema: text(String(row["schema"])),
          labels: textsOf(row["labels"] as readonly string[]),
        }),
      ),
    );
  },
};

/** `sa.inspect(bind)`, answered by the shadow as it stands. */
export function makeInspector(catalog: () => Catalog): Value {
  return makeThing({
    name: "the inspector",
    attribute: async (name) => {
      const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
      if (answer !== undefined) return given((call) => answer(call, catalog()));
      if (name === "default_schema_name") return text("public");
      return null;
    },
  });
}
