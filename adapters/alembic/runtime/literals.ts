import type { SourceLocation } from "../../../src/model/source.ts";
import { showFloat } from "../../../src/script/python/show.ts";
import { isInstance, isMade } from "../../../src/script/python/things.ts";
import { valueOfMember } from "../../../src/script/python/enums.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { unknownPart, type Value } from "../../../src/script/value.ts";
import { quoteLiteral } from "../../../src/sql/quote.ts";
import { isMember } from "../values.ts";

/** A value as JSON, as `json.dumps` writes it. Throws `Stuck` where a part has no such form. */
function toJson(given: Value, location: SourceLocation): string {
  const value = valueOfMember(given);
  switch (value.kind) {
    case "nil":
      return "null";
    case "boolean":
    case "integer":
      return String(value.value);
    case "float":
      return showFloat(value.value);
    case "text":
      return JSON.stringify(value.value);
    case "list":
      return `[${value.items.map((item) => toJson(item, location)).join(", ")}]`;
    case "map":
      return `{${[...value.entries.values()].map(({ key, value: of }) => `${key.kind === "text" ? JSON.stringify(key.value) : `"${toJson(key, location)}"`}: ${toJson(of, location)}`).join(", ")}}`;
    default:
      throw new Stuck("a part of the JSON is not known", location);
  }
}

/** A value as the driver sends it. `as`: how the column's type writes it. Throws `Stuck` where it is not known. */
export function literalSql(value: Value, as: "json" | "plain", location: SourceLocation): string {
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`the value is not known: ${open.reason}`, location, "rows");
  // SQLAlchemy writes None into a JSON column as the JSON null.
  if (as === "json") return quoteLiteral(toJson(value, location));
  switch (value.kind) {
    case "nil":
      return "NULL";
    case "boolean":
      return value.value ? "true" : "false";
    case "integer":
      return String(value.value);
    case "float":
      return showFloat(value.value);
    case "text":
      return quoteLiteral(value.value);
    case "list":
      return value.items.length === 0 ? "'{}'" : `ARRAY[${value.items.map((item) => literalSql(item, "plain", location)).join(", ")}]`;
    case "map":
      return quoteLiteral(toJson(value, location));
    default: {
      // An enumeration of the project is sent by the name of its member.
      const name = isInstance(value) && isMember(value) ? value.attributes.get("name") : null;
      if (name?.kind === "text") return quoteLiteral(name.value);
      const sql = isMade(value) ? value.attributes.get("sql") : null;
      if (sql?.kind === "text") return sql.value;
      throw new Stuck(`${value.kind === "thing" ? value.name : `a ${value.kind}`} is no value that SQL has`, location, "rows");
    }
  }
}
