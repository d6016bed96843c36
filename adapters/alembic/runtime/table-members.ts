import { given, makeThing, type Made } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { text, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName, quoteIdentifier } from "../../../src/sql/quote.ts";
import { argument, optionText, textOf } from "../values.ts";
import { sqlExpression, type Compiling } from "./expressions.ts";
import { makeStatement } from "./statements.ts";
import { columnsOf, typeOfColumn } from "./tables.ts";

function columnExpression(table: Made, name: string, location: Arguments["location"]): Value {
  const own = optionText(table.made, "schema");
  const bare = textOf(argument(table.made, 0, "name"), "the name of the table", location);
  const made = sqlExpression(`${qualifiedName(own, bare)}.${quoteIdentifier(name)}`, location, [qualifiedName(own, bare)]);
  made.attributes.set("name", text(name));
  const declared = columnsOf(table).get(name);
  const type = declared === undefined ? null : typeOfColumn(declared);
  if (type !== null) made.attributes.set("type", type);
  return made;
}

/** `table.c`, `.insert()`, `.update()` and the like; `null` where it has none of that name. */
export function tableMember(table: Made, name: string, { session }: Pick<Compiling, "session">): Value | null {
  switch (name) {
    case "c":
    case "columns":
      return makeThing({
        name: "the columns of a table",
        attribute: async (column, location) => {
          if (column === "__getitem__")
            return given(async (call) =>
              columnExpression(table, textOf(call.positional[0], "the name of the column", call.location), call.location),
            );
          if (column === "__iter__")
            return given(async (call) => ({
              kind: "list",
              items: [...columnsOf(table).keys()].map((each) => columnExpression(table, each, call.location)),
            }));
          if (column === "keys")
            return given(async () => ({ kind: "list", items: [...columnsOf(table).keys()].map((each) => text(each)) }));
          return column.startsWith("__") ? null : columnExpression(table, column, location);
        },
      });
    case "name":
      return argument(table.made, 0, "name");
    case "insert":
    case "update":
    case "delete":
    case "select":
      return given(async (call) => makeStatement(name, { table, call, session }));
    case "create":
    case "drop":
      return given(async ({ location }) => {
        throw new Stuck(`a table is ${name === "create" ? "made" : "dropped"} by its object`, location);
      });
    default:
      return null;
  }
}
