import type { Session } from "../database/session.ts";
import { addressKey, type CatalogSlice } from "../model/catalog.ts";

/** One object needs another, by their keys in the slice that was asked about. */
export interface Need {
  readonly object: string;
  readonly needs: string;
}

/** Parts count as what they are part of, arrays as their elements, members of an extension as the extension. `pggit_shadow` must stand. */
const query = `
with edge as (
  select d.classid::pg_catalog.regclass::text as catalog, d.objid as oid, d.refclassid::pg_catalog.regclass::text as needed_catalog,
    case when d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
         then coalesce((select nullif(t.typelem, 0) from pg_catalog.pg_type t where t.oid = d.refobjid and t.typcategory = 'A'), d.refobjid) else d.refobjid end as needed_oid
  from pg_catalog.pg_depend d
  where d.deptype in ('n', 'a') and d.objid >= 16384 and d.refobjid >= 16384
    -- A sequence that a column owns goes with it, and is what the column needs.
    and not (d.deptype = 'a' and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and exists (select from pg_catalog.pg_class c where c.oid = d.objid and c.relkind = 'S'))
),
owned as (
  select dependent.owner_catalog as catalog, dependent.owner as oid, needed.owner_catalog as needed_catalog, needed.owner as needed_oid
  from edge e
  cross join lateral pggit_shadow.owner_of(e.catalog, e.oid) dependent
  cross join lateral pggit_shadow.owner_of(e.needed_catalog, e.needed_oid) needed
)
select distinct o.catalog, o.oid,
  case when x.refobjid is null then o.needed_catalog else 'pg_extension' end as needed_catalog, coalesce(x.refobjid, o.needed_oid) as needed_oid
from owned o
left join pg_catalog.pg_depend x on x.classid = ('pg_catalog.' || o.needed_catalog)::pg_catalog.regclass and x.objid = o.needed_oid and x.deptype = 'e'`;

interface Edge {
  readonly catalog: string;
  readonly oid: number;
  readonly needed_catalog: string;
  readonly needed_oid: number;
}

/** What the objects of a slice need among themselves, as the catalog of the session that it was read from says. A schema is not counted as a need. */
export async function readNeeds(session: Session, objects: CatalogSlice): Promise<readonly Need[]> {
  const edges = await session.rows<Edge>(query);
  return edges.flatMap((edge) => {
    const object = addressKey({ catalog: edge.catalog, oid: edge.oid });
    const needs = addressKey({ catalog: edge.needed_catalog, oid: edge.needed_oid });
    const known = objects.has(object) && objects.has(needs) && object !== needs;
    return known && edge.needed_catalog !== "pg_namespace" ? [{ object, needs }] : [];
  });
}
