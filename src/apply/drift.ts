import type { CatalogSnapshot } from "../catalog/snapshot/read.ts";
import { aspectInWords, objectOfRow, type Payload, type RowObject } from "./drift-object.ts";
import { inTargetTerms, isBeyondSchemas, type TargetTerms } from "./target-terms.ts";

/** One object in which a database differs from what its history gives. */
export interface Drift {
  /** `table`, `column`, `index`, … */
  readonly kind: string;
  /** `public.users.email`, unquoted. */
  readonly identity: string;
  /** What it is a part of: of a column its table. Identities. */
  readonly parents: readonly string[];
  /** Seen from the history: the database lacks it, has it in addition, or has it otherwise. */
  readonly what: "missing" | "extra" | "different";
  /** In words, for a DBA. */
  readonly text: string;
}

export interface DriftRequest {
  /** What the history gives, read on a shadow. */
  readonly expected: CatalogSnapshot;
  /** The database, read with the same scope. */
  readonly found: CatalogSnapshot;
  /** The first user of the shadow: what belongs to it has no owner set by the history. */
  readonly shadowUser: string;
  /** Patterns of objects to leave alone (`drift.ignore`): `*` stands for anything. */
  readonly ignore: readonly string[];
}

/** What was found, and what of it was left alone. */
export interface FoundDrift {
  readonly drift: readonly Drift[];
  /** Differences that a pattern of `ignore` matches. */
  readonly ignored: readonly Drift[];
  /** Whether two majors were compared. */
  readonly crossMajor: boolean;
}

/** The objects that differ, each once and without its parts where the whole is concerned. */
export function findDrift(request: DriftRequest): FoundDrift {
  const { expected, found, crossMajor } = inTargetTerms(request.expected, request.found, request.shadowUser);
  const concerned = new Map<string, Concerned>();
  const note = (object: RowObject, concern: { readonly what: Drift["what"]; readonly aspects: readonly Aspect[] }): void => {
    const key = `${object.kind} ${object.identity}`;
    const known = concerned.get(key);
    if (known === undefined) concerned.set(key, { object, what: concern.what, aspects: [...concern.aspects] });
    else {
      // An index is told by two catalogs, and only one of them names its table.
      if (known.object.parents.length === 0) known.object = object;
      known.aspects.push(...concern.aspects);
      // A column comes or goes by one catalog, and its default by another.
      if (known.what === "different") known.what = concern.what;
    }
  };
  for (const catalog of new Set([...expected.keys(), ...found.keys()])) {
    const rows = expected.get(catalog) ?? new Map<string, Payload>();
    const others = found.get(catalog) ?? new Map<string, Payload>();
    for (const [name, row] of rows) {
      const other = others.get(name);
      const object = objectOfRow(catalog, name, row);
      if (other === undefined) note(object, { what: whole(catalog, "missing"), aspects: missingAspect(catalog, row) });
      else {
        const aspects = differing(row, other);
        if (aspects.length > 0) note(object, { what: "different", aspects });
      }
    }
    if (isBeyondSchemas(catalog)) continue;
    for (const [name, row] of others)
      if (!rows.has(name)) note(objectOfRow(catalog, name, row), { what: whole(catalog, "extra"), aspects: missingAspect(catalog, row) });
  }
  const gone = new Set([...concerned.values()].filter(({ what }) => what !== "different").map(({ object }) => object.identity));
  const partitions = managedPartitions(expected, found);
  const left = request.ignore.map(driftPattern);
  const all = [...concerned.values()]
    .filter(
      ({ object }) => !object.parents.some((parent) => gone.has(parent) || partitions.has(parent)) && !partitions.has(object.identity),
    )
    .filter(({ object }, _, all) => !(object.kind === "index" && all.some((one) => isIts(one.object, object))))
    .map(({ object, what, aspects }) => ({
      kind: object.kind,
      identity: object.identity,
      parents: object.parents,
      what,
      text: inWords(object, what, aspects),
    }))
    .sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : a.kind < b.kind ? -1 : 1));
  const isLeft = (one: Drift): boolean => left.some((matches) => matches(one));
  return { drift: all.filter((one) => !isLeft(one)), ignored: all.filter(isLeft), crossMajor };
}

interface Aspect {
  readonly column: string;
  readonly expected: string | null;
  readonly found: string | null;
}

interface Concerned {
  object: RowObject;
  what: Drift["what"];
  readonly aspects: Aspect[];
}

/** Rows that are an aspect of an object which is there all the same. */
const ASPECT_ROWS: Readonly<Record<string, string>> = { pg_attrdef: "adbin", pg_inherits: "inhparent" };

function whole(catalog: string, what: "missing" | "extra"): Drift["what"] {
  return ASPECT_ROWS[catalog] === undefined ? what : "different";
}

function missingAspect(catalog: string, row: Payload): readonly Aspect[] {
  const column = ASPECT_ROWS[catalog];
  return column === undefined ? [] : [{ column, expected: row[column] ?? null, found: null }];
}

function differing(row: Payload, other: Payload): readonly Aspect[] {
  return [...new Set([...Object.keys(row), ...Object.keys(other)])]
    .filter((column) => row[column] !== other[column])
    .map((column) => ({ column, expected: row[column] ?? null, found: other[column] ?? null }));
}

/** Partitions that only the target has: a manager makes and drops them as time goes by. */
function managedPartitions(expected: TargetTerms, found: TargetTerms): ReadonlySet<string> {
  const known = expected.get("pg_class");
  return new Set(
    [...(found.get("pg_class") ?? [])]
      .filter(([name, row]) => row["relispartition"] === "true" && known?.has(name) !== true)
      .map(([name]) => name),
  );
}

/** Whether an index is the one behind a constraint that is told already: they share their name, within the same schema. */
function isIts(constraint: RowObject, index: RowObject): boolean {
  if (constraint.kind !== "constraint") return false;
  const name = constraint.identity.slice((constraint.parents[0]?.length ?? -1) + 1);
  return index.identity.endsWith(`.${name}`);
}

/** Whether a pattern of `drift.ignore`, or of a decision, is about a difference: it names the object or what that is a part of. */
export function driftPattern(text: string): (drift: Pick<Drift, "identity" | "parents">) => boolean {
  const literal = text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  const pattern = new RegExp(`^${literal}$`, "u");
  return ({ identity, parents }) => [identity, ...parents].some((name) => pattern.test(name));
}

const longestShown = 40;

function inWords({ kind, identity }: RowObject, what: Drift["what"], aspects: readonly Aspect[]): string {
  const name = `${kind} ${identity}`;
  if (what === "missing") return `${name} is missing`;
  if (what === "extra") return `${name} is there, and is not in the history`;
  const said = new Set(
    aspects.map(({ column, expected, found }) => {
      const words = aspectInWords(column);
      const short = [expected, found].every((value) => value === null || (value.length <= longestShown && !value.includes("\n")));
      if (column === "attnotnull") return found === "true" ? "does not allow NULL" : "allows NULL";
      return short ? `${words} is ${show(found)} instead of ${show(expected)}` : `${words} differs`;
    }),
  );
  return `${name}: ${[...said].join(", ")}`;
}

function show(value: string | null): string {
  return value === null || value === "" ? "none" : value.replaceAll("pg_catalog.", "");
}
