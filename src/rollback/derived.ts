import type { CatalogObject, CatalogSlice, ObjectAddress } from "../model/catalog.ts";
import { addressKey } from "../model/catalog.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { type Candidate, plainStatement } from "./candidate.ts";
import type { ProofContext } from "./context.ts";
import type { Restoring } from "./derive/action.ts";
import { deriveDefinitions, findDerivedReplacements } from "./derive/derive.ts";
import { deriveRows, type RowInverse } from "./rows.ts";

/** The derived way back, and what it depends on. */
export interface DerivedCandidate {
  readonly candidate: Candidate;
  /** What stands against the definitions; `rows` has its own. */
  readonly conditions: readonly string[];
  readonly rows: RowInverse;
}

const NO_ROWS: RowInverse = { statements: [], conditions: [], impossible: [] };

/**
 * Derives the way back of a replayed migration from what it touched, with the objects that stand on what must be made again. `restoring`: what a prior backup puts
 * back on the way.
 */
export async function deriveRollback(replay: MigrationReplay, context: ProofContext, restoring?: Restoring): Promise<DerivedCandidate> {
  const { session } = context;
  const role = await sessionRole(context);
  let { before, after } = replay;
  const replaced = findDerivedReplacements({ before, after, matching: "oid" });
  if (replaced.length > 0) {
    const dependants = await readDependants(replaced, { before, after, context });
    before = new Map([...before, ...dependants]);
    after = new Map([...after, ...dependants]);
  }
  const input = { before, after, matching: "oid", sessionRole: role, major: session.engine.major } as const;
  const definitions = deriveDefinitions(restoring === undefined ? input : { ...input, restoring });
  const rows = replay.rows.length === 0 ? NO_ROWS : await deriveRows(replay, context);
  const statements = [...rows.statements, ...definitions.statements];
  return {
    candidate: { origin: "derived", statements: statements.map(plainStatement), unrunnable: null },
    conditions: definitions.conditions.filter((condition) => !rows.conditions.includes(condition)),
    rows,
  };
}

const roles = new WeakMap<object, string>();

/** The role that replays; it does not change while a session lives. */
export async function sessionRole({ session }: ProofContext): Promise<string> {
  const known = roles.get(session);
  if (known !== undefined) return known;
  const [row] = await session.rows<{ role: string }>("select session_user::pg_catalog.text as role");
  const role = row?.role ?? "";
  roles.set(session, role);
  return role;
}

/**
 * What stands on the objects, through views over views: the relations, routines, types and policies whose rows in `pg_depend` lead to
 * them. Untouched by the migration, they are the same before and after.
 */
async function readDependants(
  objects: readonly CatalogObject[],
  { before, after, context }: { readonly before: CatalogSlice; readonly after: CatalogSlice; readonly context: ProofContext },
): Promise<CatalogSlice> {
  const addresses = objects.map(({ address }) => address);
  const rows = await context.session.rows<ObjectAddress>(DEPENDANTS, [
    addresses.map(({ catalog }) => catalog),
    addresses.map(({ oid }) => oid),
  ]);
  const unknown = rows.filter((address) => !before.has(addressKey(address)) && !after.has(addressKey(address)));
  return unknown.length === 0 ? new Map() : context.reader.read(unknown);
}

/** Owners of dependent rows: a rule's view, a default's or constraint's or trigger's or policy's table. Array types lead on to their users. */
const DEPENDANTS = `with recursive found(catalog, oid) as (
  select c::pg_catalog.text, o from unnest($1::pg_catalog.text[], $2::pg_catalog.oid[]) as u(c, o)
  union
  select owner.catalog, owner.oid from found f
  cross join lateral (
    select d.classid, d.objid from pg_catalog.pg_depend d
      where d.refclassid = ('pg_catalog.' || f.catalog)::pg_catalog.regclass and d.refobjid = f.oid and d.deptype in ('n', 'a', 'i')
    union all
    select d.classid, d.objid from pg_catalog.pg_class c, pg_catalog.pg_depend d
      where f.catalog = 'pg_class' and c.oid = f.oid and c.reltype <> 0
        and d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.refobjid in (c.reltype) and d.deptype in ('n', 'a')
  ) as d
  cross join lateral (
    select 'pg_class'::pg_catalog.text as catalog, w.ev_class as oid from pg_catalog.pg_rewrite w where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and w.oid = d.objid
    union all select 'pg_class', a.adrelid from pg_catalog.pg_attrdef a where d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and a.oid = d.objid
    union all select 'pg_class', k.conrelid from pg_catalog.pg_constraint k where d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid and k.conrelid <> 0
    union all select 'pg_type', k.contypid from pg_catalog.pg_constraint k where d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid and k.contypid <> 0
    union all select 'pg_class', t.tgrelid from pg_catalog.pg_trigger t where d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = d.objid
    union all select 'pg_class', p.polrelid from pg_catalog.pg_policy p where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = d.objid
    union all select 'pg_class', coalesce((select i.indrelid from pg_catalog.pg_index i where i.indexrelid = d.objid), d.objid)
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    union all select 'pg_proc', d.objid where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    union all select 'pg_type', d.objid where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
  ) as owner
  where f.catalog <> 'pg_class' or d.classid <> 'pg_catalog.pg_class'::pg_catalog.regclass
)
select distinct catalog, oid from found`;
