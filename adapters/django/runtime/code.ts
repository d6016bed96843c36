import type { SourceLocation } from "../../../src/model/source.ts";
import type { Interpreter } from "../../../src/script/python/interpreter.ts";
import { callWith, given, makeThing } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, nil, text, unknown, unknownPart, type Arguments, type Value } from "../../../src/script/value.ts";
import { literalOf } from "../expressions/literals.ts";
import type { CodeRunner } from "../operations/operation.ts";
import { rowsNotFollowed } from "../problems.ts";
import { itemsOf, textOf } from "../values.ts";

/** What code of a project runs with. */
interface CodeWorld {
  readonly run: Interpreter;
  readonly execute: (sql: string) => Promise<void>;
}

/** Runs functions and methods of the project: SQL that they send is sent, what they do with models is not known. */
export function createCode({ run, execute }: CodeWorld): CodeRunner {
  const cursor = cursorThing(execute);
  const connection = makeThing({
    name: "a connection",
    attribute: async (name, location) => {
      if (name === "vendor") return text("postgresql");
      if (name === "alias") return text("default");
      if (name === "cursor") return given(async () => cursor);
      if (name === "in_atomic_block") return boolean(true);
      if (name === "ops" || name === "introspection") return unknown(`${name} of the connection is not followed`, location, "anything");
      return null;
    },
  });
  const editor = makeThing({
    name: "the schema editor",
    attribute: async (name, location) => {
      if (name === "connection") return connection;
      if (name === "execute") return given((call) => sendFrom(call, execute));
      if (name === "quote_name") return given(async ({ positional: [value = nil] }) => text(`"${textOf(value, "a name", location)}"`));
      if (name === "atomic_migration" || name === "collect_sql") return boolean(name === "atomic_migration");
      return given(async (call) => unknown(`schema_editor.${name}() is not followed`, call.location, "anything"));
    },
  });
  return {
    async runFunction(callee, location) {
      settle(await run.call(callee, callWith(location, appsThing, editor)));
    },
    async runMethod(operation, method, location) {
      const callee = await run.find(operation, method, location);
      if (callee === null) throw new Stuck(`the operation has no ${method}`, location);
      settle(await run.call(callee, callWith(location, text(""), editor, nil, nil)));
    },
  };
}

function settle(value: Value): void {
  if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
}

/** `execute(sql, params)` of the schema editor or a cursor. */
async function sendFrom({ positional, keywords, location }: Arguments, execute: (sql: string) => Promise<void>): Promise<Value> {
  const [sql, parameters] = positional;
  const given_ = parameters ?? keywords?.entries.get("text params")?.value ?? nil;
  const open = [sql ?? nil, given_].map(unknownPart).find((each) => each !== null);
  if (open !== null && open !== undefined) throw new Stuck(`the SQL that it sends is not known: ${open.reason}`, location);
  const query = textOf(sql, "the SQL", location);
  await execute(withParameters(query, given_, location));
  return nil;
}

function withParameters(sql: string, parameters: Value, location: SourceLocation): string {
  if (parameters.kind === "nil") return sql;
  const named = parameters.kind === "map" ? parameters.entries : null;
  const values = named === null ? [...itemsOf(parameters, "the parameters", location)] : [];
  return sql.replace(/%(?:%|s|\((\w+)\)s)/g, (found, name: string | undefined) => {
    if (found === "%%") return "%";
    const value = name === undefined ? values.shift() : named?.get(`text ${name}`)?.value;
    if (value === undefined) throw new Stuck("a parameter of the SQL is missing", location);
    return literalOf(value, location);
  });
}

/** A cursor: what it sends is sent; rows that it would fetch are not known. */
function cursorThing(execute: (sql: string) => Promise<void>): Value {
  const thing: Value = makeThing({
    name: "a cursor",
    attribute: async (name, location) => {
      if (name === "execute") return given((call) => sendFrom(call, execute));
      if (name === "__enter__") return given(async () => thing);
      if (name === "__exit__" || name === "close") return given(async () => nil);
      if (name === "rowcount") return unknown("how many rows it changed is not known", location);
      if (name.startsWith("fetch")) return given(async (call) => unknown("rows of the database are not read", call.location));
      return null;
    },
  });
  return thing;
}

/** `apps`: models of the history, of which nothing is followed here. */
const appsThing: Value = makeThing({
  name: "apps",
  attribute: async (name) => {
    if (name === "get_model") return given(async (call) => modelThing(call.location));
    return name === "get_models" || name === "get_app_config"
      ? given(async (call) => unknown("the models of the history are not followed", call.location))
      : null;
  },
});

/** A model of a migration: whatever is asked of its rows is not known, and may have changed them. */
function modelThing(location: SourceLocation): Value {
  return makeThing({
    name: "a model",
    attribute: async (name, at) => {
      if (name === "_meta" || name === "__name__") return unknown("what a model is called is not followed", at);
      if (name === "DoesNotExist" || name === "MultipleObjectsReturned") return makeThing({ name, attribute: async () => null });
      return unknown(rowsNotFollowed, at, "rows");
    },
    invoke: async (call) => unknown(rowsNotFollowed, call.location ?? location, "rows"),
  });
}
