import type { Dialect } from "../fragments.ts";
import { setting, type PlainShape } from "./shape.ts";

const DATABASE = "(select d.oid from pg_database d where d.datname = current_database())";

const flag = (column: string, word: string): string => `case when ${column} then ' ${word}' else ' NO${word}' end`;

function membership(d: Dialect): string {
  const options = d.since(
    16,
    `' WITH ADMIN ' || case when m.admin_option then 'TRUE' else 'FALSE' end || ', INHERIT ' || case when m.inherit_option then 'TRUE' else 'FALSE' end
      || ', SET ' || case when m.set_option then 'TRUE' else 'FALSE' end`,
    "case when m.admin_option then ' WITH ADMIN OPTION' else '' end",
  );
  return `array(select 'GRANT ' || quote_ident(pg_get_userbyid(m.roleid)) || ' TO ' || quote_ident(r.rolname) || ${options}
    from pg_auth_members m where m.member = r.oid order by pg_get_userbyid(m.roleid), pg_get_userbyid(m.grantor))`;
}

/** Objects that databases of a cluster share. Of passwords only whether there is one is read. Roles that PostgreSQL brings (`pg_…`) are left out. */
export function clusterShapes(d: Dialect): readonly PlainShape[] {
  const shapes: PlainShape[] = [
    {
      catalog: "pg_authid",
      relation: d.superuser ? "pg_authid" : "pg_roles",
      kind: "role",
      schema: "null",
      name: "r.rolname",
      identity: "quote_ident(r.rolname)",
      shared: "shared",
      create: [
        `'CREATE ROLE ' || quote_ident(r.rolname) || ' WITH' || ${flag("r.rolsuper", "SUPERUSER")} || ${flag("r.rolinherit", "INHERIT")} || ${flag("r.rolcreaterole", "CREATEROLE")}
          || ${flag("r.rolcreatedb", "CREATEDB")} || ${flag("r.rolcanlogin", "LOGIN")} || ${flag("r.rolreplication", "REPLICATION")} || ${flag("r.rolbypassrls", "BYPASSRLS")}
          || ' CONNECTION LIMIT ' || r.rolconnlimit || coalesce(' VALID UNTIL ' || quote_literal(r.rolvaliduntil::text), '')`,
        membership(d),
        `case when exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0) then 'ALTER ROLE ' || quote_ident(r.rolname) || ' RESET ALL' end`,
        `array(select 'ALTER ROLE ' || quote_ident(r.rolname) || case when s.setdatabase = 0 then '' else ' IN DATABASE ' || quote_ident(current_database()) end || ' SET ' || ${setting("c.x")}
          from pg_db_role_setting s, unnest(s.setconfig) with ordinality c(x, i) where s.setrole = r.oid and s.setdatabase in (0, ${DATABASE}) order by s.setdatabase, c.i)`,
      ],
      drop: ["'DROP ROLE ' || quote_ident(r.rolname)"],
      more: d.superuser ? "json_build_object('password', r.rolpassword is not null)" : "'{}'::json",
      where: "r.rolname not like 'pg\\_%'",
    },
    {
      catalog: "pg_database",
      kind: "database",
      schema: "null",
      name: "r.datname",
      identity: "quote_ident(r.datname)",
      owner: "r.datdba",
      acl: ["r.datacl", "d"],
      shared: "shared",
      create: [
        "'ALTER DATABASE ' || quote_ident(r.datname) || ' CONNECTION LIMIT ' || r.datconnlimit",
        "'ALTER DATABASE ' || quote_ident(r.datname) || ' RESET ALL'",
        `array(select 'ALTER DATABASE ' || quote_ident(r.datname) || ' SET ' || ${setting("c.x")}
          from pg_db_role_setting s, unnest(s.setconfig) with ordinality c(x, i) where s.setrole = 0 and s.setdatabase = r.oid order by c.i)`,
      ],
      drop: [],
      where: "r.datname = current_database()",
    },
    {
      catalog: "pg_tablespace",
      kind: "tablespace",
      schema: "null",
      name: "r.spcname",
      identity: "quote_ident(r.spcname)",
      owner: "r.spcowner",
      acl: ["r.spcacl", "t"],
      shared: "shared",
      create: [
        `'CREATE TABLESPACE ' || quote_ident(r.spcname) || ' LOCATION ' || quote_literal(pg_tablespace_location(r.oid))
          || coalesce(' WITH (' || array_to_string(r.spcoptions, ', ') || ')', '')`,
      ],
      drop: ["'DROP TABLESPACE ' || quote_ident(r.spcname)"],
      where: "r.spcname not in ('pg_default', 'pg_global')",
    },
  ];
  if (d.major < 15) return shapes;
  const privileges = (verb: string): string =>
    `array(select ${verb} from aclexplode(r.paracl) a where a.grantee <> 10 group by a.grantee, a.is_grantable order by a.grantee, a.is_grantable)`;
  const what = "string_agg(a.privilege_type, ', ' order by a.privilege_type) || ' ON PARAMETER ' || quote_ident(r.parname)";
  const whom = "case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end";
  shapes.push({
    catalog: "pg_parameter_acl",
    kind: "parameter",
    schema: "null",
    name: "r.parname",
    identity: "quote_ident(r.parname)",
    shared: "shared",
    create: [privileges(`'GRANT ' || ${what} || ' TO ' || ${whom} || case when a.is_grantable then ' WITH GRANT OPTION' else '' end`)],
    drop: [privileges(`'REVOKE ' || ${what} || ' FROM ' || ${whom}`)],
  });
  return shapes;
}
