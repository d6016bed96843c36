import { boolean, list, nil, text } from "../../../src/script/value.ts";
import { isSet, optionText, textOf, textsOf } from "../call.ts";
import type { Operation } from "../connection.ts";
import { quoteColumn, quoteTable } from "../names.ts";
import { splitName } from "../../catalog.ts";
import { quoteText } from "../values.ts";
import { nameOf } from "./shared.ts";

/** `CREATE TYPE` inside a block that passes over a type which is there already, as Rails writes it. */
const createEnum: Operation = async (call, at) => {
  const name = nameOf(call);
  const values = textsOf(call.args[1], "the values", call.location).map(quoteText).join(", ");
  const { schema, name: bare } = splitName(name);
  if (at.installed < 7.0) await at.send(`CREATE TYPE ${quoteTable(name)} AS ENUM (${values})`, call.location);
  else {
    const exists = await at.catalog.value(
      "select count(*) > 0 from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typname = $1 and n.nspname = any(case when $2::text is null then pg_catalog.current_schemas(false)::text[] else array[$2::text] end)",
      [bare, schema],
    );
    if (exists === true)
      at.note("rails-enum-exists", `The type ${name} is there already, and create_enum leaves it as it is.`, call.location);
    else await at.send(`CREATE TYPE ${quoteTable(name)} AS ENUM (${values})`, call.location);
  }
  return nil;
};

const renameEnum: Operation = async (call, at) => {
  const to = call.args[1] === undefined ? optionText(call, "to") : textOf(call.args[1], "the new name", call.location);
  await at.send(`ALTER TYPE ${quoteTable(nameOf(call))} RENAME TO ${quoteTable(to ?? "")}`, call.location);
  return nil;
};

const addEnumValue: Operation = async (call, at) => {
  const [before, after] = [optionText(call, "before"), optionText(call, "after")];
  const place = before === null ? (after === null ? "" : ` AFTER ${quoteText(after)}`) : ` BEFORE ${quoteText(before)}`;
  const value = quoteText(textOf(call.args[1], "the value", call.location));
  await at.send(
    `ALTER TYPE ${quoteTable(nameOf(call))} ADD VALUE ${isSet(call, "if_not_exists") ? "IF NOT EXISTS " : ""}${value}${place}`,
    call.location,
  );
  return nil;
};

const extensionExists: Operation = async (call, at) =>
  boolean(
    (await at.catalog.value("select count(*) > 0 from pg_catalog.pg_extension where extname = $1", [splitName(nameOf(call)).name])) ===
      true,
  );

/** Types, extensions and schemas. */
export const enumOperations: Readonly<Record<string, Operation>> = {
  create_enum: createEnum,
  drop_enum: async (call, at) => {
    await at.send(`DROP TYPE ${isSet(call, "if_exists") ? "IF EXISTS " : ""}${quoteTable(nameOf(call))}`, call.location);
    return nil;
  },
  rename_enum: renameEnum,
  add_enum_value: addEnumValue,
  rename_enum_value: async (call, at) => {
    const [from, to] = [optionText(call, "from") ?? "", optionText(call, "to") ?? ""];
    await at.send(`ALTER TYPE ${quoteTable(nameOf(call))} RENAME VALUE ${quoteText(from)} TO ${quoteText(to)}`, call.location);
    return nil;
  },
  enable_extension: async (call, at) => {
    const { schema, name } = splitName(nameOf(call));
    await at.send(
      `CREATE EXTENSION IF NOT EXISTS ${quoteColumn(name)}${schema === null ? "" : ` SCHEMA ${quoteColumn(schema)}`}`,
      call.location,
    );
    return nil;
  },
  disable_extension: async (call, at) => {
    const cascade = at.level <= 7.0 || optionText(call, "force") === "cascade";
    await at.send(`DROP EXTENSION IF EXISTS ${quoteColumn(splitName(nameOf(call)).name)}${cascade ? " CASCADE" : ""}`, call.location);
    return nil;
  },
  "extension_enabled?": extensionExists,
  "extension_available?": async (call, at) =>
    boolean(
      (await at.catalog.value("select count(*) > 0 from pg_catalog.pg_available_extensions where name = $1", [nameOf(call)])) === true,
    ),
  extensions: async (_call, at) =>
    list((await at.catalog.rows("select extname as name from pg_catalog.pg_extension order by 1")).map((row) => text(String(row["name"])))),
  create_schema: async (call, at) => {
    const name = quoteColumn(nameOf(call));
    if (isSet(call, "force")) await at.send(`DROP SCHEMA IF EXISTS ${name} CASCADE`, call.location);
    await at.send(`CREATE SCHEMA ${isSet(call, "if_not_exists") ? "IF NOT EXISTS " : ""}${name}`, call.location);
    return nil;
  },
  drop_schema: async (call, at) => {
    await at.send(`DROP SCHEMA ${isSet(call, "if_exists") ? "IF EXISTS " : ""}${quoteColumn(nameOf(call))} CASCADE`, call.location);
    return nil;
  },
  rename_schema: async (call, at) => {
    await at.send(
      `ALTER SCHEMA ${quoteColumn(nameOf(call))} RENAME TO ${quoteColumn(textOf(call.args[1], "the new name", call.location))}`,
      call.location,
    );
    return nil;
  },
  "schema_exists?": async (call, at) =>
    boolean((await at.catalog.value("select count(*) > 0 from pg_catalog.pg_namespace where nspname = $1", [nameOf(call)])) === true),
};
