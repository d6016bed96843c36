import { Stuck } from "../../../src/script/stuck.ts";
import { nil } from "../../../src/script/value.ts";
import { isSet, optionNumber, optionsOf, optionText, type Call } from "../call.ts";
import type { Connection, Operation } from "../connection.ts";
import { quoteColumn, quoteTable } from "../names.ts";
import { nameOf } from "./shared.ts";

/** The definition that a call gives, or the file of its version (`db/views/name_v01.sql`, `db/functions/…`, `db/triggers/…`). */
function definitionOf(call: Call, kind: "views" | "functions" | "triggers", at: Connection): string {
  const given = optionText(call, "sql_definition");
  if (given !== null) return given.trim().replace(/;$/, "");
  const version = String(optionNumber(call, "version") ?? 1).padStart(2, "0");
  const path = `db/${kind}/${nameOf(call).replaceAll(".", "_")}_v${version}.sql`;
  const text = at.readFile(path);
  if (text === null) throw new Stuck(`the definition ${path} is missing`, call.location);
  return text.trim().replace(/;$/, "");
}

function isMaterialized(call: Call): boolean {
  return isSet(call, "materialized");
}

function withoutData(call: Call): string {
  const options = optionsOf(call.options.get("materialized") ?? nil);
  return isSet({ options, location: call.location }, "no_data") ? "\nWITH NO DATA" : "";
}

const createView: Operation = async (call, at) => {
  const definition = definitionOf(call, "views", at);
  const name = quoteTable(nameOf(call));
  await at.send(
    isMaterialized(call)
      ? `CREATE MATERIALIZED VIEW ${name} AS\n${definition}${withoutData(call)}`
      : `CREATE VIEW ${name} AS\n${definition}`,
    call.location,
  );
  return nil;
};

const dropView: Operation = async (call, at) => {
  const cascade = isSet(call, "cascade") ? " CASCADE" : "";
  await at.send(`DROP ${isMaterialized(call) ? "MATERIALIZED " : ""}VIEW ${quoteTable(nameOf(call))}${cascade}`, call.location);
  return nil;
};

/** A materialized view is made anew with the indexes that it had (`Scenic::Adapters::Postgres::IndexReapplication`). */
const updateView: Operation = async (call, at) => {
  const indexes = isMaterialized(call) ? await at.catalog.indexes(nameOf(call)) : [];
  await dropView(call, at);
  await createView(call, at);
  for (const { definition } of indexes) await at.send(definition, call.location);
  return nil;
};

const replaceView: Operation = async (call, at) => {
  await at.send(`CREATE OR REPLACE VIEW ${quoteTable(nameOf(call))} AS\n${definitionOf(call, "views", at)}`, call.location);
  return nil;
};

const createFunction: Operation = async (call, at) => {
  await at.send(definitionOf(call, "functions", at), call.location);
  return nil;
};

const dropFunction: Operation = async (call, at) => {
  await at.send(`DROP FUNCTION ${nameOf(call)}`, call.location);
  return nil;
};

const createTrigger: Operation = async (call, at) => {
  await at.send(definitionOf(call, "triggers", at), call.location);
  return nil;
};

const dropTrigger: Operation = async (call, at) => {
  await at.send(`DROP TRIGGER ${quoteColumn(nameOf(call))} ON ${quoteTable(optionText(call, "on") ?? "")}`, call.location);
  return nil;
};

/** The gems scenic (views) and fx (functions and triggers). */
export const viewOperations: Readonly<Record<string, Operation>> = {
  create_view: createView,
  drop_view: dropView,
  update_view: updateView,
  replace_view: replaceView,
  create_function: createFunction,
  drop_function: dropFunction,
  update_function: async (call, at) => {
    await dropFunction(call, at);
    return createFunction(call, at);
  },
  create_trigger: createTrigger,
  drop_trigger: dropTrigger,
  update_trigger: async (call, at) => {
    await dropTrigger(call, at);
    return createTrigger(call, at);
  },
};
