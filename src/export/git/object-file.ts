import { createHash } from "node:crypto";
import type { CatalogObject } from "../../model/catalog.ts";

/** The folder of a kind: `tables`, `materialized-views`. */
function folderOf(kind: string): string {
  if (kind === "index") return "indexes";
  if (kind === "default-privileges" || kind === "statistics") return kind;
  return /(?:s|x|ch|sh)$/.test(kind) ? `${kind}es` : kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

const longestName = 120;

/**
 * The file of an object: `schema/public/tables/users.sql`, `schema/extensions/citext.sql`; routines with their argument types, so that each has its own. Letters that a
 * file system or a shell may not take are written as `%XX`; a name too long for a file is cut and told apart by a hash.
 */
export function objectPath({ kind, schema, identity, name }: Pick<CatalogObject, "kind" | "schema" | "identity" | "name">): string {
  const opening = identity.endsWith(")") ? identity.indexOf("(") : -1;
  const routine = ["function", "procedure", "aggregate"].includes(kind) && opening >= 0;
  const own = routine ? `${name}${identity.slice(opening).replaceAll(", ", ",")}` : name;
  const place = schema === null ? [] : [safe(schema)];
  return ["schema", ...place, folderOf(kind), `${safe(own)}.sql`].join("/");
}

function safe(name: string): string {
  const written = name.replaceAll(/[^\p{L}\p{N}_.,()[\]-]|^\.|^-/gu, (letter) =>
    [...Buffer.from(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
  if (Buffer.byteLength(written) <= longestName) return written;
  return `${written.slice(0, longestName / 2)}~${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
}

/** The text of an object's file; empty where nothing makes it by itself. */
export function objectText(statements: readonly string[]): string {
  const made = statements.filter((statement) => !statement.startsWith("SET LOCAL "));
  return made.map((statement) => `${statement};\n`).join("\n");
}
