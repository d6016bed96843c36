import type { Dialect } from "./fragments.ts";

/** For each catalog, whose definition one of its rows is part of: the catalog and oid of that object, as SQL over the row `r`. */
function subjects(d: Dialect): Readonly<Record<string, readonly [catalog: string, oid: string]>> {
  const own = (catalog: string): readonly [string, string] => [`'${catalog}'`, "r.oid"];
  const all: Record<string, readonly [string, string]> = {
    pg_attribute: ["'pg_class'", "r.attrelid"],
    pg_index: ["'pg_class'", "r.indrelid"],
    pg_inherits: ["'pg_class'", "r.inhrelid"],
    pg_partitioned_table: ["'pg_class'", "r.partrelid"],
    pg_sequence: ["'pg_class'", "r.seqrelid"],
    pg_foreign_table: ["'pg_class'", "r.ftrelid"],
    pg_enum: ["'pg_type'", "r.enumtypid"],
    pg_range: ["'pg_type'", "r.rngtypid"],
    pg_aggregate: ["'pg_proc'", "r.aggfnoid::oid"],
    pg_ts_config_map: ["'pg_ts_config'", "r.mapcfg"],
    pg_description: ["r.classoid::regclass::text", "r.objoid"],
    pg_seclabel: ["r.classoid::regclass::text", "r.objoid"],
    ...Object.fromEntries(OBJECT_CATALOGS.map((catalog) => [catalog, own(catalog)])),
  };
  if (d.major >= 15) all["pg_publication_namespace"] = own("pg_publication_namespace");
  // Their rows' transactions are not shown to everybody.
  if (!d.superuser) for (const catalog of ["pg_user_mapping", "pg_subscription"]) delete all[catalog];
  return all;
}

const OBJECT_CATALOGS = [
  "pg_class",
  "pg_attrdef",
  "pg_constraint",
  "pg_type",
  "pg_proc",
  "pg_namespace",
  "pg_trigger",
  "pg_rewrite",
  "pg_policy",
  "pg_operator",
  "pg_opclass",
  "pg_opfamily",
  "pg_amop",
  "pg_amproc",
  "pg_cast",
  "pg_collation",
  "pg_conversion",
  "pg_extension",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_statistic_ext",
  "pg_language",
  "pg_transform",
  "pg_am",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_user_mapping",
  "pg_publication",
  "pg_publication_rel",
  "pg_subscription",
] as const;

/** The catalogs that `pggit_shadow.scan` can look through. */
export function scannedCatalogs(d: Dialect): readonly string[] {
  return Object.keys(subjects(d));
}

/** `pggit_shadow.scan(catalogs, since)`: whose rows in these catalogs were written by transaction `since` or one after it (its savepoints have later ids). */
export function scanFunction(d: Dialect): string {
  const branches = Object.entries(subjects(d)).map(
    ([catalog, [of, oid]]) =>
      `when '${catalog}' then return query select distinct s.owner_catalog, s.owner from ${catalog} r, pggit_shadow.owner_of(${of}, ${oid}) s where r.xmin::text::int8 >= since and s.owner is not null;`,
  );
  return `create function pggit_shadow.scan(catalogs text[], since int8) returns table (catalog text, oid oid) language plpgsql stable security definer set search_path = pg_catalog as $f$
#variable_conflict use_column
begin
  for i in 1 .. coalesce(array_length(catalogs, 1), 0) loop
    case catalogs[i]
      ${branches.join("\n      ")}
      else null;
    end case;
  end loop;
end $f$;
`;
}
