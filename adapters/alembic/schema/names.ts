import { createHash } from "node:crypto";
import type { SourceLocation } from "../../../src/model/source.ts";
import { callWith, given, isMade, makeThing } from "../../../src/script/python/things.ts";
import { showSimple } from "../../../src/script/python/show.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { list, nil, text, type Value } from "../../../src/script/value.ts";
import type { Session } from "../session.ts";

/** What a name is made of. */
export interface Named {
  readonly kind: "ix" | "uq" | "ck" | "fk" | "pk";
  readonly table: string;
  readonly schema: string | null;
  readonly columns: readonly string[];
  readonly referred?: { readonly table: string; readonly columns: readonly string[] };
}

/** SQLAlchemy refuses or shortens what is longer (`max_identifier_length` of PostgreSQL). */
const longest = 63;

/** A generated name that is too long keeps its head and gets the end of its sum (`_truncated_label`). */
function shorten(name: string): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 8)}_${createHash("md5").update(name, "utf8").digest("hex").slice(-4)}`;
}

/** `op.f("name")`: final, whatever the convention says. */
function isFinal(value: Value): boolean {
  return isMade(value) && value.path === "alembic.op.f";
}

/**
 * The name of a constraint or index: what is given, or what the convention makes of it; `null` where PostgreSQL names it itself. A convention with
 * `%(constraint_name)s` goes around names that are not final (`sqlalchemy.sql.naming`).
 */
export async function nameFor(
  given: Value | null,
  named: Named,
  at: { readonly session: Session; readonly location: SourceLocation },
): Promise<string | null> {
  const { session, location } = at;
  if (given?.kind === "unknown") throw new Stuck(`the name is not known: ${given.reason}`, location);
  if (given !== null && isFinal(given)) return plainName(isMade(given) ? (given.made.positional[0] ?? nil) : nil, location);
  const explicit = given === null || given.kind === "nil" ? null : plainName(given, location);
  const convention = session.conventions.get(named.kind) ?? (named.kind === "ix" ? text("ix_%(column_0_label)s") : null);
  if (convention === null || convention.kind !== "text") return explicit;
  if (explicit !== null && !convention.value.includes("constraint_name")) return explicit;
  if (explicit === null && convention.value.includes("%(constraint_name)s")) return null;
  return shorten(await fill(convention.value, { ...named, explicit }, at));
}

function plainName(value: Value, location: SourceLocation): string {
  const name = showSimple(value);
  if (name === null) throw new Stuck("the name is not known", location);
  if (name.length > longest) throw new Stuck(`SQLAlchemy refuses the name ${name}: it has more than ${longest} characters`, location);
  return name;
}

async function fill(
  template: string,
  named: Named & { readonly explicit: string | null },
  at: { readonly session: Session; readonly location: SourceLocation },
): Promise<string> {
  let filled = "";
  let last = 0;
  for (const found of template.matchAll(/%\((\w+)\)s/g)) {
    filled += template.slice(last, found.index) + (await token(found[1] ?? "", named, at));
    last = found.index + found[0].length;
  }
  return filled + template.slice(last);
}

async function token(
  name: string,
  named: Named & { readonly explicit: string | null },
  { session, location }: { readonly session: Session; readonly location: SourceLocation },
): Promise<string> {
  if (name === "table_name") return named.table;
  if (name === "constraint_name") return named.explicit ?? "";
  if (name === "referred_table_name") return named.referred?.table ?? "";
  const found = /^(referred_)?column_(\d+)(N|_N)?_(name|key|label)$/.exec(name);
  if (found === null) {
    const own = session.conventions.get(name);
    const made = own === undefined ? nil : await session.run.call(own, callWith(location, constraintThing(named), tableThing(named)));
    const shown = made.kind === "nil" ? null : showSimple(made);
    if (shown === null) throw new Stuck(`what the naming convention puts in the place of ${name} is not known`, location);
    return shown;
  }
  const [, referred, first = "0", several, what] = found;
  const columns = referred === undefined ? named.columns : (named.referred?.columns ?? []);
  const label = named.schema === null ? named.table : `${named.schema.replaceAll(".", "_")}_${named.table}`;
  const said = columns.map((column) => (what === "label" ? `${label}_${column}` : column));
  if (several === undefined) return said[Number(first)] ?? "";
  return said.slice(Number(first)).join(several === "_N" ? "_" : "");
}

/** What a function of the convention may ask of the constraint. */
function constraintThing(named: Named & { readonly explicit: string | null }): Value {
  const column = (name: string): Value =>
    makeThing({ name: `the column ${name}`, attribute: async (key) => (key === "name" || key === "key" ? text(name) : null) });
  const columns = named.columns.map(column);
  const elements = named.columns.map((name, index) =>
    makeThing({
      name: "a foreign key",
      attribute: async (key) =>
        key === "column"
          ? column(named.referred?.columns[index] ?? "")
          : key === "parent"
            ? column(name)
            : key === "target_fullname"
              ? text(`${named.referred?.table ?? ""}.${named.referred?.columns[index] ?? ""}`)
              : null,
    }),
  );
  const parts: Readonly<Record<string, Value>> = {
    name: named.explicit === null ? nil : text(named.explicit),
    columns: list(columns),
    elements: list(elements),
    column_keys: list(named.columns.map((name) => text(name))),
    expressions: list(columns),
    table: tableThing(named),
  };
  return makeThing({ name: "a constraint", attribute: async (key) => (Object.hasOwn(parts, key) ? (parts[key] ?? null) : null) });
}

function tableThing({ table, schema }: Named): Value {
  return makeThing({
    name: `the table ${table}`,
    attribute: async (key) =>
      key === "name" || key === "key" || key === "fullname"
        ? text(table)
        : key === "schema"
          ? schema === null
            ? nil
            : text(schema)
          : key === "__str__"
            ? given(async () => text(table))
            : null,
  });
}
