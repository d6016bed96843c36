import type { CatalogSnapshot } from "./read.ts";

/** Written otherwise by one major than by another, or kept only by some: compared within a major alone. */
const LEFT_OUT: ReadonlySet<string> = new Set(["pg_depend", "pg_shdepend", "pg_init_privs", "pg_parameter_acl"]);

const MULTIRANGE_IN: ReadonlySet<string> = new Set(["pg_type", "pg_proc", "pg_cast"]);
const EXPRESSIONS: ReadonlySet<string> = new Set([
  "adbin",
  "conbin",
  "indexprs",
  "indpred",
  "polqual",
  "polwithcheck",
  "stxexprs",
  "tgqual",
  "typdefaultbin",
]);
const OWN_SYNTAX =
  /AT TIME ZONE|\b(timezone|date_part|extract|substring|position|overlay|btrim|ltrim|rtrim|trim|normalize|is_normalized|xmlexists|pg_collation_for)\(|COLLATION FOR/i;

type Payload = Record<string, string>;

interface Row {
  readonly catalog: string;
  readonly name: string;
  readonly payload: Payload;
  /** The relations that are sequences. */
  readonly sequences: ReadonlySet<string>;
}

/** One thing that PostgreSQL has known since a major (release notes). `adjust` gives the row without it, or `null` for no row. */
interface Novelty {
  readonly since: number;
  adjust(row: Row): Payload | null;
}

const NOVELTIES: readonly Novelty[] = [
  // Expressions of SQL's own syntax (AT TIME ZONE, EXTRACT, …) are printed as it, not as calls; multirange types, with their constructors; sequences have no row type.
  {
    since: 14,
    adjust({ catalog, name, payload, sequences }) {
      const multirange = payload["typtype"] === "m" || (MULTIRANGE_IN.has(catalog) && name.includes("multirange"));
      if (multirange || (catalog === "pg_type" && sequences.has(payload["typrelid"] ?? ""))) return null;
      const told = Object.entries(payload).filter(([column, text]) => !(EXPRESSIONS.has(column) && OWN_SYNTAX.test(text)));
      return catalog === "pg_class" && sequences.has(name) ? without(Object.fromEntries(told), "reltype") : Object.fromEntries(told);
    },
  },
  // ICU locales have a column of their own.
  { since: 15, adjust: ({ catalog, payload }) => (catalog === "pg_collation" ? without(payload, "collcollate", "collctype") : payload) },
  // Views are printed without qualifying columns that only one table can have.
  { since: 16, adjust: ({ catalog, payload }) => (catalog === "pg_rewrite" ? without(payload, "ev_action") : payload) },
  // MAINTAIN; a default statistics target is NULL instead of -1; access methods of partitioned tables.
  {
    since: 17,
    adjust({ catalog, payload }) {
      const adjusted = { ...payload };
      for (const target of ["attstattarget", "stxstattarget"]) if (payload[target] === "-1") delete adjusted[target];
      if (catalog === "pg_class" && payload["relkind"] === "p") delete adjusted["relam"];
      for (const column of ["relacl", "defaclacl"]) {
        const acl = adjusted[column];
        if (acl !== undefined)
          adjusted[column] = acl.replace(/=([a-zA-Z*]*)\//g, (_, letters: string) => `=${letters.replace(/m\*?/, "")}/`);
      }
      return adjusted;
    },
  },
  // NOT NULL is a constraint with a name.
  { since: 18, adjust: ({ catalog, payload }) => (catalog === "pg_constraint" && payload["contype"] === "n" ? null : payload) },
];

function without(payload: Payload, ...columns: readonly string[]): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([column]) => !columns.includes(column)));
}

/**
 * Two snapshots of different majors in the terms that both know, ready for `compareSnapshots`: without built-in objects, catalogs and columns that one of them
 * lacks, and what is printed otherwise. Of one major they come back as they are. Equality is then weaker; whoever shows it says "cross-major".
 */
export function inCommonTerms(one: CatalogSnapshot, other: CatalogSnapshot): readonly [CatalogSnapshot, CatalogSnapshot] {
  if (one.major === other.major) return [one, other];
  return [inTermsOf(one, other), inTermsOf(other, one)];
}

function inTermsOf(snapshot: CatalogSnapshot, other: CatalogSnapshot): CatalogSnapshot {
  const older = Math.min(snapshot.major, other.major);
  const newer = Math.max(snapshot.major, other.major);
  const novelties = NOVELTIES.filter((novelty) => older < novelty.since && novelty.since <= newer);
  const sequences = new Set(snapshot.catalogs.get("pg_sequence")?.keys());
  const catalogs = new Map<string, ReadonlyMap<string, string>>();
  for (const [catalog, rows] of snapshot.catalogs) {
    const theirs = other.columns.get(catalog);
    if (theirs === undefined || LEFT_OUT.has(catalog)) continue;
    const shared = new Set([...theirs, "position"]);
    const builtIn = snapshot.builtIn.get(catalog);
    const adjusted = new Map<string, string>();
    for (const [name, text] of rows) {
      if (builtIn?.has(name) === true) continue;
      const known = Object.entries(JSON.parse(text) as Payload).filter(([column]) => shared.has(column));
      let payload: Payload | null = Object.fromEntries(known);
      for (const novelty of novelties) payload = payload === null ? null : novelty.adjust({ catalog, name, payload, sequences });
      if (payload !== null) adjusted.set(name, JSON.stringify(sorted(payload)));
    }
    catalogs.set(catalog, adjusted);
  }
  return { major: snapshot.major, columns: snapshot.columns, builtIn: snapshot.builtIn, catalogs };
}

/** Majors order their columns differently. */
function sorted(payload: Payload): Payload {
  return Object.fromEntries(Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1)));
}
