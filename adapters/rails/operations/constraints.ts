import { RaisedError } from "../../../src/script/signals.ts";
import { boolean, nil, type Value } from "../../../src/script/value.ts";
import { isFalse, isSet, optionText, textOf, textsOf, type Call } from "../call.ts";
import type { Connection, Operation } from "../connection.ts";
import { checkName, exclusionName, quoteColumn, quoteTable, uniqueName } from "../names.ts";
import { deferrableSql } from "./foreign-keys.ts";
import { tableOf } from "./shared.ts";

type Given = { readonly call: Call; readonly at: Connection };

/** `CONSTRAINT … CHECK (…)`; Rails leaves its name unquoted up to 7.0. */
export function checkSql(table: string, expression: string, { call, at }: Given): string {
  const name = optionText(call, "name") ?? checkName(table, expression);
  const plain = at.installed < 7.1 && /^[a-z_][a-z0-9_$]*$/.test(name);
  return `CONSTRAINT ${plain ? name : quoteColumn(name)} CHECK (${expression})`;
}

export function exclusionSql(table: string, expression: string, { call }: Given): string {
  const name = optionText(call, "name") ?? exclusionName(table, expression);
  const [using, where] = [optionText(call, "using"), optionText(call, "where")];
  return `CONSTRAINT ${quoteColumn(name)} EXCLUDE${using === null ? "" : ` USING ${using}`} (${expression})${where === null ? "" : ` WHERE (${where})`}${deferrableSql(call)}`;
}

export function uniqueSql(table: string, columns: readonly string[], { call }: Given): string {
  const index = optionText(call, "using_index");
  const name = optionText(call, "name") ?? uniqueName(table, index === null ? columns : [index]);
  const on = index === null ? `(${columns.map(quoteColumn).join(", ")})` : `USING INDEX ${quoteColumn(index)}`;
  return `CONSTRAINT ${quoteColumn(name)} UNIQUE${isSet(call, "nulls_not_distinct") ? " NULLS NOT DISTINCT" : ""} ${on}${deferrableSql(call)}`;
}

function isGiven(value: Value | undefined): value is Value {
  return value !== undefined && value.kind !== "nil";
}

/** The name of a check that is given by name or by its expression. */
function namedCheck(call: Call): string {
  const expression = call.args[1] ?? call.options.get("expression");
  return optionText(call, "name") ?? checkName(tableOf(call), textOf(expression, "the expression", call.location));
}

async function exists(table: string, name: string, at: Connection): Promise<boolean> {
  return (await at.catalog.constraints(table)).some((constraint) => constraint.name === name);
}

async function demandConstraint(table: string, name: string, { call, at }: Given): Promise<void> {
  if (!(await exists(table, name, at))) throw new RaisedError("ArgumentError", `Table '${table}' has no constraint ${name}`, call.location);
}

const addCheck: Operation = async (call, at) => {
  const table = tableOf(call);
  if (isSet(call, "if_not_exists") && (await exists(table, namedCheck(call), at))) return nil;
  const expression = textOf(call.args[1], "the expression", call.location);
  await at.send(
    `ALTER TABLE ${quoteTable(table)} ADD ${checkSql(table, expression, { call, at })}${isFalse(call, "validate") ? " NOT VALID" : ""}`,
    call.location,
  );
  return nil;
};

function drop(nameOf: (call: Call, at: Connection) => Promise<string>): Operation {
  return async (call, at) => {
    const table = tableOf(call);
    const name = await nameOf(call, at);
    if (isSet(call, "if_exists") && !(await exists(table, name, at))) return nil;
    await demandConstraint(table, name, { call, at });
    await at.send(`ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteColumn(name)}`, call.location);
    return nil;
  };
}

async function namedUnique(call: Call, at: Connection): Promise<string> {
  const named = optionText(call, "name");
  const columns = call.args[1] ?? call.options.get("column");
  if (named !== null) return named;
  const wanted = isGiven(columns) ? textsOf(columns, "the columns", call.location) : [];
  const found = (await at.catalog.constraints(tableOf(call))).find(
    ({ type, columns }) => type === "u" && JSON.stringify(columns) === JSON.stringify(wanted),
  );
  return found?.name ?? uniqueName(tableOf(call), wanted);
}

function validate(nameOf: (call: Call) => string): Operation {
  return async (call, at) => {
    const name = nameOf(call);
    await demandConstraint(tableOf(call), name, { call, at });
    await at.send(`ALTER TABLE ${quoteTable(tableOf(call))} VALIDATE CONSTRAINT ${quoteColumn(name)}`, call.location);
    return nil;
  };
}

const addUnique: Operation = async (call, at) => {
  const table = tableOf(call);
  const columns = isGiven(call.args[1]) ? textsOf(call.args[1], "the columns", call.location) : [];
  await at.send(`ALTER TABLE ${quoteTable(table)} ADD ${uniqueSql(table, columns, { call, at })}`, call.location);
  return nil;
};

export const constraintOperations: Readonly<Record<string, Operation>> = {
  add_check_constraint: addCheck,
  remove_check_constraint: drop(async (call) => namedCheck(call)),
  validate_check_constraint: validate(namedCheck),
  validate_constraint: validate((call) => textOf(call.args[1], "the constraint", call.location)),
  "check_constraint_exists?": async (call, at) => boolean(await exists(tableOf(call), namedCheck(call), at)),
  add_exclusion_constraint: async (call, at) => {
    const table = tableOf(call);
    await at.send(
      `ALTER TABLE ${quoteTable(table)} ADD ${exclusionSql(table, textOf(call.args[1], "the expression", call.location), { call, at })}`,
      call.location,
    );
    return nil;
  },
  remove_exclusion_constraint: drop(
    async (call) => optionText(call, "name") ?? exclusionName(tableOf(call), textOf(call.args[1], "the expression", call.location)),
  ),
  add_unique_constraint: addUnique,
  add_unique_key: addUnique,
  remove_unique_constraint: drop(namedUnique),
  remove_unique_key: drop(namedUnique),
  "unique_constraint_exists?": async (call, at) => boolean(await exists(tableOf(call), await namedUnique(call, at), at)),
  remove_constraint: drop(async (call) => textOf(call.args[1], "the constraint", call.location)),
};
