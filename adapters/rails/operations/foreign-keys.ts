import { RaisedError } from "../../../src/script/signals.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, list, nil, text, type Value } from "../../../src/script/value.ts";
import { isFalse, isSet, optionText, textOf, textsOf, type Call } from "../call.ts";
import type { ConstraintInfo } from "../../catalog.ts";
import type { Connection, Operation } from "../connection.ts";
import { foreignKeyName, quoteColumn, quoteTable } from "../names.ts";
import { splitName } from "../../catalog.ts";
import { record, tableOf } from "./shared.ts";

const actions: Readonly<Record<string, string>> = { nullify: "SET NULL", cascade: "CASCADE", restrict: "RESTRICT" };

function actionSql(call: Call, option: "on_delete" | "on_update"): string {
  const said = optionText(call, option);
  if (said === null) return "";
  const action = Object.hasOwn(actions, said) ? actions[said] : undefined;
  if (action === undefined) throw new Stuck(`'${said}' is not supported for ${option}`, call.location);
  return ` ${option === "on_delete" ? "ON DELETE" : "ON UPDATE"} ${action}`;
}

/** `DEFERRABLE INITIALLY …`; before 7.1 `true` meant immediate. */
export function deferrableSql(call: Pick<Call, "options" | "location">): string {
  const value = call.options.get("deferrable");
  if (value === undefined || value.kind === "nil" || (value.kind === "boolean" && !value.value)) return "";
  return ` DEFERRABLE INITIALLY ${value.kind === "boolean" ? "IMMEDIATE" : textOf(value, "deferrable", call.location).toUpperCase()}`;
}

/** The column by which a table is referred to unless it is said (`foreign_key_column_for`). */
function defaultColumn(toTable: string, column: string, at: Connection): string {
  return `${at.inflect.singularize(at.installed >= 7.2 ? splitName(toTable).name : toTable)}_${column}`;
}

/** `CONSTRAINT … FOREIGN KEY …`, without what makes it valid later (`visit_ForeignKeyDefinition`). */
export function foreignKeySql(table: string, toTable: string, { call, at }: { readonly call: Call; readonly at: Connection }): string {
  const { options, location } = call;
  const given = options.get("primary_key");
  const keys = given === undefined || given.kind === "nil" ? ["id"] : textsOf(given, "primary_key", location);
  const said = options.get("column");
  const columns =
    said === undefined || said.kind === "nil"
      ? given?.kind === "list"
        ? keys.map((key) => defaultColumn(toTable, key, at))
        : [defaultColumn(toTable, "id", at)]
      : textsOf(said, "column", location);
  const name = optionText(call, "name") ?? foreignKeyName(table, columns);
  const quoted = (names: readonly string[]): string => names.map(quoteColumn).join(", ");
  return `CONSTRAINT ${quoteColumn(name)} FOREIGN KEY (${quoted(columns)}) REFERENCES ${quoteTable(toTable)} (${quoted(keys)})${actionSql(call, "on_delete")}${actionSql(call, "on_update")}${deferrableSql(call)}`;
}

async function find(call: Call, at: Connection): Promise<ConstraintInfo | undefined> {
  const table = tableOf(call);
  const target = call.args[1]?.kind === "nil" ? undefined : (call.args[1] ?? call.options.get("to_table"));
  const toTable = target === undefined || target.kind === "nil" ? null : textOf(target, "the referenced table", call.location);
  const column = call.options.get("column");
  const columns = column === undefined || column.kind === "nil" ? null : textsOf(column, "column", call.location);
  const name = optionText(call, "name");
  const keys = (await at.catalog.constraints(table)).filter(({ type }) => type === "f");
  const isWanted = (key: ConstraintInfo): boolean =>
    (toTable === null || key.toTable?.replaceAll('"', "") === toTable || splitName(key.toTable ?? "").name === toTable) &&
    (name === null || key.name === name) &&
    (columns === null || JSON.stringify(key.columns) === JSON.stringify(columns));
  const preferred =
    toTable === null || columns !== null || at.level <= 8.0
      ? []
      : keys.filter((key) => key.columns.length === 1 && key.columns[0] === defaultColumn(toTable, "id", at));
  return preferred.find(isWanted) ?? (preferred.length > 0 ? undefined : keys.find(isWanted));
}

async function demandKey(call: Call, at: Connection): Promise<ConstraintInfo> {
  const found = await find(call, at);
  if (found !== undefined) return found;
  const table = tableOf(call);
  const [, target = call.options.get("to_table")] = call.args;
  const what = target?.kind === "text" || target?.kind === "symbol" ? target.value : [...call.options.keys()].join(", ");
  throw new RaisedError("ArgumentError", `Table '${table}' has no foreign key for ${what}`, call.location);
}

export const addForeignKey: Operation = async (call, at) => {
  const [table, toTable] = [tableOf(call), textOf(call.args[1], "the referenced table", call.location)];
  if (
    isSet(call, "if_not_exists") &&
    (await find({ ...call, options: new Map([...call.options].filter(([key]) => key === "column" || key === "name")) }, at)) !== undefined
  )
    return nil;
  await at.send(
    `ALTER TABLE ${quoteTable(table)} ADD ${foreignKeySql(table, toTable, { call, at })}${isFalse(call, "validate") ? " NOT VALID" : ""}`,
    call.location,
  );
  return nil;
};

export const removeForeignKey: Operation = async (call, at) => {
  const table = tableOf(call);
  if (isSet(call, "if_exists") && (await find(call, at)) === undefined) return nil;
  const { name } = await demandKey(call, at);
  await at.send(`ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteColumn(name)}`, call.location);
  return nil;
};

const validateForeignKey: Operation = async (call, at) => {
  const { name } = await demandKey(call, at);
  await at.send(`ALTER TABLE ${quoteTable(tableOf(call))} VALIDATE CONSTRAINT ${quoteColumn(name)}`, call.location);
  return nil;
};

function listed(columns: readonly string[]): Value {
  return columns.length === 1 ? text(columns[0] ?? "") : list(columns.map(text));
}

export const foreignKeyOperations: Readonly<Record<string, Operation>> = {
  add_foreign_key: addForeignKey,
  remove_foreign_key: removeForeignKey,
  validate_foreign_key: validateForeignKey,
  "foreign_key_exists?": async (call, at) => boolean((await find(call, at)) !== undefined),
  foreign_keys: async (call, at) =>
    list(
      (await at.catalog.constraints(tableOf(call)))
        .filter(({ type }) => type === "f")
        .map((key) =>
          record("a foreign key", {
            name: text(key.name),
            to_table: text(key.toTable ?? ""),
            column: listed(key.columns),
            primary_key: listed(key.toColumns),
            "validated?": boolean(key.valid),
          }),
        ),
    ),
};
