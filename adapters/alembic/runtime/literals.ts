import { toJson } from "../../../src/script/python/json.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import { showFloat } from "../../../src/script/python/show.ts";
import { isInstance, isMade } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { unknownPart, type Value } from "../../../src/script/value.ts";
import { quoteLiteral } from "../../../src/sql/quote.ts";
import { isMember } from "../values.ts";

function jsonLiteral(value: Value, location: SourceLocation): string {
  const json = toJson(value);
  if (json === null) throw new Stuck("a part of the JSON is not known", location);
  return quoteLiteral(json);
}

/** A value as the driver sends it. `as`: how the column's type writes it. Throws `Stuck` where it is not known. */
export function literalSql(value: Value, as: "json" | "plain", location: SourceLocation): string {
  const open = unknownPart(value);
  if (open !== null) throw new Stuck(`the value is not known: ${open.reason}`, location, "rows");
  // SQLAlchemy writes None into a JSON column as the JSON null.
  if (as === "json") return jsonLiteral(value, location);
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
      return jsonLiteral(value, location);
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
