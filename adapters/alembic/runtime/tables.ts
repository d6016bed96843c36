import { isMade, keywordOf, makeMade, type Made } from "../../../src/script/python/things.ts";
import { nil, type Arguments, type Value } from "../../../src/script/value.ts";
import { qualifiedName } from "../../../src/sql/quote.ts";
import { argument, optionText, textOf } from "../values.ts";

/** A table as data code sees it: `sa.table(…)`, `sa.Table(…)`, what `op.create_table` gave. */
export function isTable(value: Value | null): value is Made {
  return isMade(value) && /^sqlalchemy\.(?:table|Table)$/.test(value.path);
}

/** Its name, quoted. */
export function tableName({ made }: Made): string {
  return qualifiedName(optionText(made, "schema"), textOf(argument(made, 0, "name"), "the name of the table", made.location));
}

/** The columns that it declares, by name. */
export function columnsOf({ made }: Made): ReadonlyMap<string, Made> {
  const found = new Map<string, Made>();
  for (const each of made.positional.slice(1))
    if (isMade(each) && /^sqlalchemy\.(?:column|Column)$/.test(each.path))
      found.set(textOf(argument(each.made, 0, "name"), "the name of a column", made.location), each);
  return found;
}

/** The type that a column declares; `null` where it says none. */
export function typeOfColumn(column: Made): Value | null {
  return keywordOf(column.made, "type_") ?? column.made.positional[1] ?? null;
}

/** A table of this name and columns. */
export function makeTable(call: Arguments): Made {
  return makeMade("sqlalchemy.Table", { ...call, positional: call.positional.length === 0 ? [nil] : call.positional });
}
