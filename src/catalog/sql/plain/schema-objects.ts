import { isOwnSchema, type Dialect } from "../fragments.ts";
import { qualified, role, routine, type PlainShape } from "./shape.ts";

/** The letter of `pg_default_acl.defaclobjtype` in words and as `acldefault()` takes it. */
const DEFAULT_OBJECTS = `case r.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS' when 'T' then 'TYPES' when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end`;
const DEFAULT_OF_ROLE = `case when r.defaclnamespace = 0 then acldefault(case r.defaclobjtype when 'S' then 's'::"char" else r.defaclobjtype end, r.defaclrole) end`;
const DEFAULT_PREFIX = `'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(pg_get_userbyid(r.defaclrole))
  || case when r.defaclnamespace = 0 then '' else ' IN SCHEMA ' || (select quote_ident(n.nspname) from pg_namespace n where n.oid = r.defaclnamespace) end`;

/** One statement per grantee for what stands in `some` and not in `others`. */
function defaultPrivileges(verb: "GRANT" | "REVOKE", some: string, others: string): string {
  return `array(select ${DEFAULT_PREFIX} || ' ${verb} ' || string_agg(e.privilege_type, ', ' order by e.privilege_type) || ' ON ' || ${DEFAULT_OBJECTS}
    || ' ${verb === "GRANT" ? "TO" : "FROM"} ' || ${role("e.grantee")} ${verb === "GRANT" ? "|| case when e.is_grantable then ' WITH GRANT OPTION' else '' end" : ""}
    from (select grantee, privilege_type, is_grantable from aclexplode(${some}) except select grantee, privilege_type, is_grantable from aclexplode(${others})) e
    group by e.grantee, e.is_grantable order by pg_get_userbyid(e.grantee), e.is_grantable)`;
}

function publication(d: Dialect): PlainShape {
  const columns = d.since(
    15,
    `coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')' from pg_attribute a where a.attrelid = p.prrelid and a.attnum = any(p.prattrs)), '')
      || coalesce(' WHERE (' || pg_get_expr(p.prqual, p.prrelid) || ')', '')`,
    "''",
  );
  const alter = `'ALTER PUBLICATION ' || quote_ident(r.pubname) || ' ADD`;
  const schemas = d.since(
    15,
    `array(select ${alter} TABLES IN SCHEMA ' || quote_ident(n.nspname) from pg_publication_namespace p, pg_namespace n where p.pnpubid = r.oid and n.oid = p.pnnspid order by n.nspname)`,
    "null",
  );
  const operations = `concat_ws(', ', case when r.pubinsert then 'insert' end, case when r.pubupdate then 'update' end, case when r.pubdelete then 'delete' end, case when r.pubtruncate then 'truncate' end)`;
  return {
    catalog: "pg_publication",
    kind: "publication",
    schema: "null",
    name: "r.pubname",
    identity: "quote_ident(r.pubname)",
    owner: "r.pubowner",
    create: [
      `'CREATE PUBLICATION ' || quote_ident(r.pubname) || case when r.puballtables then ' FOR ALL TABLES' else '' end || ' WITH (publish = ' || quote_literal(${operations})
        || case when r.pubviaroot then ', publish_via_partition_root = true' else '' end
        ${d.since(18, "|| case r.pubgencols when 's' then ', publish_generated_columns = stored' else '' end", "")} || ')'`,
      `array(select ${alter} TABLE ONLY ' || ${qualified("pg_class", ["relname", "relnamespace"], "p.prrelid")} || ${columns}
        from pg_publication_rel p where p.prpubid = r.oid order by ${qualified("pg_class", ["relname", "relnamespace"], "p.prrelid")})`,
      schemas,
    ],
    drop: ["'DROP PUBLICATION ' || quote_ident(r.pubname)"],
  };
}

/** What is larger than 64 kB would swell every plan: such bytes come back from a backup, the digest says whether they are the same. */
function largeObjectContents(d: Dialect): Pick<PlainShape, "create" | "drop" | "more"> {
  const drop = ["'SELECT lo_unlink(' || r.oid || ')'"];
  if (!d.superuser) return { create: ["'SELECT lo_create(' || r.oid || ')'"], drop };
  return {
    create: [
      `case when coalesce((select sum(octet_length(l.data)) from pg_largeobject l where l.loid = r.oid), 0) <= 65536
        then 'SELECT lo_from_bytea(' || r.oid || ', decode(' || quote_literal(encode(lo_get(r.oid), 'hex')) || ', ''hex''))' else 'SELECT lo_create(' || r.oid || ')' end`,
    ],
    drop,
    more: "json_build_object('md5', (select md5(string_agg(l.pageno || ':' || md5(l.data), ',' order by l.pageno)) from pg_largeobject l where l.loid = r.oid))",
  };
}

/** Schemas, extensions, statistics, publications, event triggers, default privileges, large objects. */
export function schemaObjectShapes(d: Dialect): readonly PlainShape[] {
  return [
    {
      catalog: "pg_namespace",
      kind: "schema",
      schema: "null",
      name: "r.nspname",
      identity: "quote_ident(r.nspname)",
      owner: "r.nspowner",
      acl: ["r.nspacl", "n"],
      create: ["'CREATE SCHEMA ' || quote_ident(r.nspname)"],
      drop: ["'DROP SCHEMA ' || quote_ident(r.nspname)"],
      where: `not ${isOwnSchema("r.nspname")}`,
    },
    {
      catalog: "pg_extension",
      kind: "extension",
      schema: "n.nspname",
      name: "r.extname",
      identity: "quote_ident(r.extname)",
      create: [
        "'CREATE EXTENSION ' || quote_ident(r.extname) || ' SCHEMA ' || quote_ident(n.nspname) || ' VERSION ' || quote_literal(r.extversion)",
      ],
      drop: ["'DROP EXTENSION ' || quote_ident(r.extname)"],
      from: ", pg_namespace n",
      where: "n.oid = r.extnamespace",
    },
    {
      catalog: "pg_statistic_ext",
      kind: "statistics",
      schema: "n.nspname",
      name: "r.stxname",
      identity: "quote_ident(n.nspname) || '.' || quote_ident(r.stxname)",
      owner: "r.stxowner",
      create: [
        "pg_get_statisticsobjdef(r.oid)",
        "case when r.stxstattarget >= 0 then 'ALTER STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(r.stxname) || ' SET STATISTICS ' || r.stxstattarget end",
      ],
      drop: ["'DROP STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(r.stxname)"],
      from: ", pg_namespace n",
      where: "n.oid = r.stxnamespace",
    },
    publication(d),
    {
      catalog: "pg_subscription",
      kind: "subscription",
      schema: "null",
      name: "r.subname",
      identity: "quote_ident(r.subname)",
      owner: "r.subowner",
      create: [
        `'CREATE SUBSCRIPTION ' || quote_ident(r.subname) || ' CONNECTION ' || ${d.superuser ? "quote_literal(r.subconninfo)" : "quote_literal('')"} || ' PUBLICATION '
          || (select string_agg(quote_ident(p), ', ') from unnest(r.subpublications) p) || ' WITH (connect = false, slot_name = ' || coalesce(quote_literal(r.subslotname), 'NONE')
          || ', synchronous_commit = ' || quote_literal(r.subsynccommit) ${d.since(14, "|| case when r.subbinary then ', binary = true' else '' end", "")} || ')'`,
        "case when r.subenabled then 'ALTER SUBSCRIPTION ' || quote_ident(r.subname) || ' ENABLE' end",
      ],
      drop: ["'DROP SUBSCRIPTION ' || quote_ident(r.subname)"],
      where: "r.subdbid = (select d.oid from pg_database d where d.datname = current_database())",
    },
    {
      catalog: "pg_event_trigger",
      kind: "event-trigger",
      schema: "null",
      name: "r.evtname",
      identity: "quote_ident(r.evtname)",
      owner: "r.evtowner",
      create: [
        `'CREATE EVENT TRIGGER ' || quote_ident(r.evtname) || ' ON ' || quote_ident(r.evtevent)
          || coalesce(' WHEN TAG IN (' || (select string_agg(quote_literal(t), ', ' order by i) from unnest(r.evttags) with ordinality u(t, i)) || ')', '')
          || ' EXECUTE FUNCTION ' || ${routine("r.evtfoid")} || '()'`,
        `case r.evtenabled when 'D' then 'ALTER EVENT TRIGGER ' || quote_ident(r.evtname) || ' DISABLE' when 'R' then 'ALTER EVENT TRIGGER ' || quote_ident(r.evtname) || ' ENABLE REPLICA'
          when 'A' then 'ALTER EVENT TRIGGER ' || quote_ident(r.evtname) || ' ENABLE ALWAYS' end`,
      ],
      drop: ["'DROP EVENT TRIGGER ' || quote_ident(r.evtname)"],
      where: "r.evtname not like 'pggit\\_shadow\\_%'",
    },
    {
      catalog: "pg_default_acl",
      kind: "default-privileges",
      schema: "(select n.nspname from pg_namespace n where n.oid = r.defaclnamespace)",
      name: `pg_get_userbyid(r.defaclrole) || ' ' || ${DEFAULT_OBJECTS}`,
      identity: `substr(${DEFAULT_PREFIX}, length('ALTER DEFAULT PRIVILEGES ') + 1) || ' ON ' || ${DEFAULT_OBJECTS}`,
      create: [defaultPrivileges("REVOKE", DEFAULT_OF_ROLE, "r.defaclacl"), defaultPrivileges("GRANT", "r.defaclacl", DEFAULT_OF_ROLE)],
      drop: [defaultPrivileges("REVOKE", "r.defaclacl", DEFAULT_OF_ROLE), defaultPrivileges("GRANT", DEFAULT_OF_ROLE, "r.defaclacl")],
    },
    {
      catalog: "pg_largeobject_metadata",
      kind: "large-object",
      schema: "null",
      name: "r.oid::text",
      identity: "r.oid::text",
      owner: "r.lomowner",
      acl: ["r.lomacl", "L"],
      // What is larger would swell every plan: its bytes come back from a backup, its digest says whether they are the same.
      ...largeObjectContents(d),
    },
  ];
}
