import type { SourceLocation } from "../../model/source.ts";
import { Stuck } from "../stuck.ts";
import { integer, text, type Value } from "../value.ts";
import { enumMembers } from "./enums.ts";
import type { Interpreter } from "./interpreter.ts";
import { callWith, isClass } from "./things.ts";

/** What a loop over a value sees. Throws `Stuck` where that is not known. */
export async function iterate(
  value: Value,
  { location, run }: { readonly location: SourceLocation; readonly run: Interpreter },
): Promise<readonly Value[]> {
  switch (value.kind) {
    case "list":
      return [...value.items];
    case "map":
      return [...value.entries.values()].map(({ key }) => key);
    case "text":
      return Array.from(value.value).map((char) => text(char));
    case "range":
      return rangeItems(value, location);
    case "thing": {
      const members = isClass(value) ? await enumMembers(value, { location, run }) : null;
      if (members !== null) return members;
      const found = await run.find(value, "__iter__", location);
      const given = found === null ? null : await run.call(found, callWith(location));
      if (given !== null) return iterate(given, { location, run });
      throw new Stuck(`it loops over ${value.name}, of which nothing is known`, location);
    }
    case "unknown":
      throw new Stuck(`what it loops over is not known: ${value.reason}`, location);
    default:
      throw new Stuck(`a ${value.kind} is nothing to loop over`, location);
  }
}

function rangeItems({ from, to }: Extract<Value, { readonly kind: "range" }>, location: SourceLocation): readonly Value[] {
  if (from.kind !== "integer" || to.kind !== "integer") throw new Stuck("the ends of the range are not known", location);
  const items: Value[] = [];
  for (let each = from.value; each < to.value; each++) items.push(integer(each));
  return items;
}
