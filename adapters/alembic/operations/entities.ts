import { isMade, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { nil, type Arguments } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts";
import { argument, isSet, optionText, textOf, textsOf } from "../values.ts";
import type { At, Operation } from "./shared.ts";

/** What alembic_utils makes of an entity. */
interface Entity {
  readonly create: string;
  readonly replace: readonly string[];
  readonly drop: string;
}

function entityOf(value: Made, location: Arguments["location"]): Entity {
  const { made } = value;
  const word = (index: number, name: string): string => textOf(argument(made, index, name), name, location).trim();
  const definition = (index = 2): string => word(index, "definition").replace(/;$/, "");
  const schema = (): string => word(0, "schema");
  const kind = value.path.replace(/^.*\./, "");
  switch (kind) {
    case "PGFunction":
    case "PGProcedure": {
      const what = kind === "PGFunction" ? "FUNCTION" : "PROCEDURE";
      const signature = word(1, "signature");
      const name = quoteIdentifier(signature.replace(/\(.*$/s, "").trim());
      const args = /\((.*)\)$/s.exec(signature)?.[1] ?? "";
      const types = args.replace(/\s+default\s+[^,]+/gi, "").replace(/\s*=\s*[^,]+/g, "");
      const head = `${what} ${quoteIdentifier(schema())}.${name}(${args}) ${definition()}`;
      return {
        create: `CREATE ${head}`,
        replace: [`CREATE OR REPLACE ${head}`],
        drop: `DROP ${what} ${quoteIdentifier(schema())}.${name}(${types})`,
      };
    }
    case "PGView":
    case "PGMaterializedView": {
      const what = kind === "PGView" ? "VIEW" : "MATERIALIZED VIEW";
      const name = qualifiedName(schema(), word(1, "signature"));
      const empty = kind === "PGMaterializedView" && argument(made, 3, "with_data")?.kind === "boolean" && !isSet(made, "with_data");
      const create = `CREATE ${what} ${name} AS ${definition()}${empty ? " WITH NO DATA" : ""}`;
      return {
        create,
        replace: kind === "PGView" ? [create.replace("CREATE", "CREATE OR REPLACE")] : [`DROP ${what} ${name}`, create],
        drop: `DROP ${what} ${name}`,
      };
    }
    case "PGTrigger": {
      const [name, table] = [quoteIdentifier(word(1, "signature")), word(3, "on_entity")];
      const create = `CREATE ${optionText(made, "is_constraint") === null ? "" : "CONSTRAINT "}TRIGGER ${name} ${definition()}`;
      return { create, replace: [`DROP TRIGGER ${name} ON ${table}`, create], drop: `DROP TRIGGER ${name} ON ${table}` };
    }
    case "PGExtension": {
      const name = quoteIdentifier(word(1, "signature"));
      return {
        create: `CREATE EXTENSION ${name} WITH SCHEMA ${quoteIdentifier(schema())}`,
        replace: [`ALTER EXTENSION ${name} SET SCHEMA ${quoteIdentifier(schema())}`],
        drop: `DROP EXTENSION ${name}`,
      };
    }
    case "PGPolicy": {
      const [name, table] = [
        quoteIdentifier(word(1, "signature")),
        `${quoteIdentifier(schema())}.${word(3, "on_entity").replace(/^.*\./, "")}`,
      ];
      const create = `CREATE POLICY ${name} ON ${table} ${definition()}`;
      return { create, replace: [`DROP POLICY ${name} ON ${table}`, create], drop: `DROP POLICY ${name} ON ${table}` };
    }
    case "PGGrantTable":
      return grantOf(made, location);
    default:
      throw new Stuck(`nothing is known of the entity ${kind}`, location);
  }
}

function grantOf(made: Arguments, location: Arguments["location"]): Entity {
  const table = `${quoteIdentifier(textOf(argument(made, 0, "schema"), "the schema", location))}.${quoteIdentifier(textOf(argument(made, 1, "table"), "the table", location))}`;
  const columns = argument(made, 2, "columns");
  const role = quoteIdentifier(textOf(argument(made, 3, "role"), "the role", location));
  const right = textOf(argument(made, 4, "grant"), "the right", location)
    .replace(/^.*\./, "")
    .toUpperCase();
  const listed =
    columns?.kind === "list" && columns.items.length > 0 && !/^(?:DELETE|TRUNCATE|TRIGGER)$/.test(right)
      ? ` (${textsOf(columns, "the columns", location).map(quoteIdentifier).join(", ")})`
      : "";
  const option = isSet(made, "with_grant_option") ? " WITH GRANT OPTION" : "";
  const create = `GRANT ${right}${listed} ON ${table} TO ${role}${option}`;
  const drop = `REVOKE ${right}${listed} ON ${table} FROM ${role}`;
  return { create, replace: [drop, create], drop };
}

/** `op.create_entity`, `op.replace_entity`, `op.drop_entity` of alembic_utils. */
export function entityOperation(verb: "create" | "replace" | "drop"): Operation {
  return async (call, at) => {
    const value = call.positional[0] ?? nil;
    if (!isMade(value)) throw new Stuck("what the entity is, is not known", call.location);
    const entity = entityOf(value, call.location);
    for (const sql of verb === "replace" ? entity.replace : [entity[verb]]) await at.session.send(sql, at.location);
    return nil;
  };
}

/** `op.sync_enum_values` of alembic_postgresql_enum: the type made anew with these values, and the columns recast to it. */
export const syncEnumValues: Operation = async (call, at) => {
  const schema = textOf(argument(call, 0, "enum_schema", "schema"), "the schema", call.location);
  const name = textOf(argument(call, 1, "enum_name", "name"), "the name of the type", call.location);
  const values = textsOf(argument(call, 2, "new_values"), "the values", call.location);
  const affected = argument(call, 3, "affected_columns");
  const renamed = argument(call, 4, "enum_values_to_rename");
  const [type, old] = [qualifiedName(schema, name), qualifiedName(schema, `${name}_old`)];
  const send = (sql: string): Promise<void> => at.session.send(sql, at.location);
  const columns = affected?.kind === "list" ? affected.items.map((each) => columnOf(each, schema, at)) : [];
  for (const { table, column, standard } of columns)
    if (standard !== null) await send(`ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT`);
  await send(`ALTER TYPE ${type} RENAME TO ${quoteIdentifier(`${name}_old`)}`);
  await send(`CREATE TYPE ${type} AS ENUM (${values.map(quoteLiteral).join(", ")})`);
  const pairs = renamed?.kind === "list" ? renamed.items.map((pair) => textsOf(pair, "a renamed value", call.location)) : [];
  for (const { table, column, suffix } of columns) {
    const mapped =
      pairs.length === 0
        ? `${column}::text`
        : `CASE ${pairs.map(([from = "", to = ""]) => `WHEN ${column}::text = ${quoteLiteral(from)} THEN ${quoteLiteral(to)}`).join(" ")} ELSE ${column}::text END`;
    await send(
      `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type}${suffix} USING ${suffix === "" ? mapped : `${column}::text[]`}::${type}${suffix}`,
    );
  }
  for (const { table, column, standard } of columns)
    if (standard !== null)
      await send(`ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${standard.replaceAll(`${name}_old`, name)}`);
  await send(`DROP TYPE ${old}`);
  return nil;
};

interface Affected {
  readonly table: string;
  readonly column: string;
  readonly standard: string | null;
  readonly suffix: "" | "[]";
}

/** `TableReference(table_schema=…, table_name=…, column_name=…)`, or a pair of names. */
function columnOf(value: Parameters<typeof isMade>[0], schema: string, { location }: At): Affected {
  if (isMade(value)) {
    const own = optionText(value.made, "table_schema") ?? schema;
    const array = /ARRAY/.test(optionText(value.made, "column_type") ?? "");
    return {
      table: qualifiedName(own, textOf(argument(value.made, -1, "table_name"), "the table", location)),
      column: quoteIdentifier(textOf(argument(value.made, -1, "column_name"), "the column", location)),
      standard: optionText(value.made, "existing_server_default"),
      suffix: array ? "[]" : "",
    };
  }
  const [table = "", column = ""] = textsOf(value, "an affected column", location);
  return { table: qualifiedName(schema, table), column: quoteIdentifier(column), standard: null, suffix: "" };
}
