import type { Dialect } from "../fragments.ts";
import { option, qualified, routine, routineWithTypes, type PlainShape } from "./shape.ts";

const operator = (oid: string): string =>
  `(select 'OPERATOR(' || quote_ident(on2.nspname) || '.' || o2.oprname || ')' from pg_operator o2, pg_namespace on2 where o2.oid = ${oid} and on2.oid = o2.oprnamespace)`;

const SIDES = `'(' || case when r.oprleft = 0 then 'NONE' else format_type(r.oprleft, null) end || ', ' || case when r.oprright = 0 then 'NONE' else format_type(r.oprright, null) end || ')'`;
const ACCESS_METHOD = (oid: string): string => `(select quote_ident(am.amname) from pg_am am where am.oid = ${oid})`;

/** The members of a class or family, as ALTER OPERATOR FAMILY … ADD writes them; `dependsOn` tells a class's own members from the loose ones. */
function members(catalog: "pg_opclass" | "pg_opfamily"): string {
  const belongs = (member: string): string =>
    `exists (select from pg_depend d where d.classid = '${member}'::regclass and d.objid = m.oid and d.refclassid = '${catalog}'::regclass and d.refobjid = r.oid)`;
  const family = catalog === "pg_opclass" ? "r.opcfamily" : "r.oid";
  return `(select string_agg(e.text, ', ' order by e.text) from (
    select 'OPERATOR ' || lpad(m.amopstrategy::text, 1) || ' ' || (select quote_ident(n2.nspname) || '.' || o2.oprname from pg_operator o2, pg_namespace n2 where o2.oid = m.amopopr and n2.oid = o2.oprnamespace)
        || ' (' || format_type(m.amoplefttype, null) || ', ' || format_type(m.amoprighttype, null) || ')'
        || case when m.amopsortfamily <> 0 then ' FOR ORDER BY ' || ${qualified("pg_opfamily", ["opfname", "opfnamespace"], "m.amopsortfamily")} else '' end as text
      from pg_amop m where m.amopfamily = ${family} and ${belongs("pg_amop")}
    union all select 'FUNCTION ' || m.amprocnum || ' (' || format_type(m.amproclefttype, null) || ', ' || format_type(m.amprocrighttype, null) || ') ' || ${routineWithTypes("m.amproc")}
      from pg_amproc m where m.amprocfamily = ${family} and ${belongs("pg_amproc")}) e)`;
}

function collation(d: Dialect): PlainShape {
  const name = "quote_ident(n.nspname) || '.' || quote_ident(r.collname)";
  const locale = d.since(17, "r.colllocale", d.since(15, "r.colliculocale", "null::text"));
  return {
    catalog: "pg_collation",
    kind: "collation",
    schema: "n.nspname",
    name: "r.collname",
    identity: name,
    owner: "r.collowner",
    create: [
      `'CREATE COLLATION ' || ${name} || ' (PROVIDER = ' || case r.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end
        || case when ${locale} is not null then ', LOCALE = ' || quote_literal(${locale})
             when r.collcollate = r.collctype then ', LOCALE = ' || quote_literal(r.collcollate)
             else ', LC_COLLATE = ' || quote_literal(r.collcollate) || ', LC_CTYPE = ' || quote_literal(r.collctype) end
        || case when r.collisdeterministic then '' else ', DETERMINISTIC = false' end
        ${d.since(16, "|| coalesce(', RULES = ' || quote_literal(r.collicurules), '')", "")} || ')'`,
    ],
    drop: [`'DROP COLLATION ' || ${name}`],
    from: ", pg_namespace n",
    where: "n.oid = r.collnamespace",
  };
}

/** Operators with their classes and families, casts, conversions, collations, languages, transforms, access methods. */
export function operatorShapes(d: Dialect): readonly PlainShape[] {
  const inSchema = (column: string): Pick<PlainShape, "from" | "where" | "schema"> => ({
    schema: "n.nspname",
    from: ", pg_namespace n",
    where: `n.oid = r.${column}`,
  });
  const named = (column: string): string => `quote_ident(n.nspname) || '.' || quote_ident(r.${column})`;
  const classIdentity = `${named("opcname")} || ' USING ' || ${ACCESS_METHOD("r.opcmethod")}`;
  const familyIdentity = `${named("opfname")} || ' USING ' || ${ACCESS_METHOD("r.opfmethod")}`;
  const castIdentity = "'(' || format_type(r.castsource, null) || ' AS ' || format_type(r.casttarget, null) || ')'";
  const transformIdentity =
    "'FOR ' || format_type(r.trftype, null) || ' LANGUAGE ' || (select quote_ident(l.lanname) from pg_language l where l.oid = r.trflang)";
  return [
    {
      catalog: "pg_operator",
      kind: "operator",
      name: "r.oprname",
      identity: `quote_ident(n.nspname) || '.' || r.oprname || ' ' || ${SIDES}`,
      owner: "r.oprowner",
      create: [
        `'CREATE OPERATOR ' || quote_ident(n.nspname) || '.' || r.oprname || ' (FUNCTION = ' || ${routine("r.oprcode")}
          || case when r.oprleft <> 0 then ', LEFTARG = ' || format_type(r.oprleft, null) else '' end || case when r.oprright <> 0 then ', RIGHTARG = ' || format_type(r.oprright, null) else '' end
          || case when r.oprcom <> 0 then ', COMMUTATOR = ' || ${operator("r.oprcom")} else '' end || case when r.oprnegate <> 0 then ', NEGATOR = ' || ${operator("r.oprnegate")} else '' end
          || ${option("RESTRICT", "r.oprrest")} || ${option("JOIN", "r.oprjoin")}
          || case when r.oprcanhash then ', HASHES' else '' end || case when r.oprcanmerge then ', MERGES' else '' end || ')'`,
      ],
      drop: [`'DROP OPERATOR ' || quote_ident(n.nspname) || '.' || r.oprname || ' ' || ${SIDES}`],
      ...inSchema("oprnamespace"),
    },
    {
      catalog: "pg_opclass",
      kind: "operator-class",
      name: "r.opcname",
      identity: classIdentity,
      owner: "r.opcowner",
      create: [
        `'CREATE OPERATOR CLASS ' || ${named("opcname")} || case when r.opcdefault then ' DEFAULT' else '' end || ' FOR TYPE ' || format_type(r.opcintype, null) || ' USING ' || ${ACCESS_METHOD("r.opcmethod")}
          || ' FAMILY ' || ${qualified("pg_opfamily", ["opfname", "opfnamespace"], "r.opcfamily")} || ' AS '
          || concat_ws(', ', case when r.opckeytype <> 0 then 'STORAGE ' || format_type(r.opckeytype, null) end, coalesce(${members("pg_opclass")},
               case when r.opckeytype = 0 then 'STORAGE ' || format_type(r.opcintype, null) end))`,
      ],
      drop: [`'DROP OPERATOR CLASS ' || ${classIdentity}`],
      ...inSchema("opcnamespace"),
    },
    {
      catalog: "pg_opfamily",
      kind: "operator-family",
      name: "r.opfname",
      identity: familyIdentity,
      owner: "r.opfowner",
      create: [
        `'CREATE OPERATOR FAMILY ' || ${familyIdentity}`,
        `'ALTER OPERATOR FAMILY ' || ${familyIdentity} || ' ADD ' || ${members("pg_opfamily")}`,
      ],
      drop: [`'DROP OPERATOR FAMILY ' || ${familyIdentity}`],
      ...inSchema("opfnamespace"),
    },
    {
      catalog: "pg_cast",
      kind: "cast",
      schema: "null",
      name: "format_type(r.castsource, null) || ' AS ' || format_type(r.casttarget, null)",
      identity: castIdentity,
      create: [
        `'CREATE CAST ' || ${castIdentity} || case r.castmethod when 'i' then ' WITH INOUT' when 'b' then ' WITHOUT FUNCTION' else ' WITH FUNCTION ' || ${routineWithTypes("r.castfunc")} end
          || case r.castcontext when 'i' then ' AS IMPLICIT' when 'a' then ' AS ASSIGNMENT' else '' end`,
      ],
      drop: [`'DROP CAST ' || ${castIdentity}`],
    },
    {
      catalog: "pg_conversion",
      kind: "conversion",
      name: "r.conname",
      identity: named("conname"),
      owner: "r.conowner",
      create: [
        `'CREATE ' || case when r.condefault then 'DEFAULT ' else '' end || 'CONVERSION ' || ${named("conname")} || ' FOR ' || quote_literal(pg_encoding_to_char(r.conforencoding)) || ' TO '
          || quote_literal(pg_encoding_to_char(r.contoencoding)) || ' FROM ' || ${routine("r.conproc")}`,
      ],
      drop: [`'DROP CONVERSION ' || ${named("conname")}`],
      ...inSchema("connamespace"),
    },
    collation(d),
    {
      catalog: "pg_language",
      kind: "language",
      schema: "null",
      name: "r.lanname",
      identity: "quote_ident(r.lanname)",
      owner: "r.lanowner",
      acl: ["r.lanacl", "l"],
      create: [
        `'CREATE ' || case when r.lanpltrusted then 'TRUSTED ' else '' end || 'LANGUAGE ' || quote_ident(r.lanname)
          || case when r.lanplcallfoid <> 0 then ' HANDLER ' || ${routine("r.lanplcallfoid")} else '' end
          || case when r.laninline <> 0 then ' INLINE ' || ${routine("r.laninline")} else '' end
          || case when r.lanvalidator <> 0 then ' VALIDATOR ' || ${routine("r.lanvalidator")} else '' end`,
      ],
      drop: ["'DROP LANGUAGE ' || quote_ident(r.lanname)"],
    },
    {
      catalog: "pg_transform",
      kind: "transform",
      schema: "null",
      name: transformIdentity,
      identity: transformIdentity,
      create: [
        `'CREATE TRANSFORM ' || ${transformIdentity} || ' (' || concat_ws(', ', case when r.trffromsql <> 0 then 'FROM SQL WITH FUNCTION ' || ${routineWithTypes("r.trffromsql")} end,
          case when r.trftosql <> 0 then 'TO SQL WITH FUNCTION ' || ${routineWithTypes("r.trftosql")} end) || ')'`,
      ],
      drop: [`'DROP TRANSFORM ' || ${transformIdentity}`],
    },
    {
      catalog: "pg_am",
      kind: "access-method",
      schema: "null",
      name: "r.amname",
      identity: "quote_ident(r.amname)",
      create: [
        `'CREATE ACCESS METHOD ' || quote_ident(r.amname) || ' TYPE ' || case r.amtype when 't' then 'TABLE' else 'INDEX' end || ' HANDLER ' || ${routine("r.amhandler")}`,
      ],
      drop: ["'DROP ACCESS METHOD ' || quote_ident(r.amname)"],
    },
  ];
}
