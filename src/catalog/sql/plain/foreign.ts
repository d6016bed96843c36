import type { Dialect } from "../fragments.ts";
import { foreignOptions, role, routine, type PlainShape } from "./shape.ts";

/** Foreign-data wrappers, servers and user mappings. Options of mappings are secrets: whoever shows these statements masks them (`maskSecrets`). */
export function foreignShapes(d: Dialect): readonly PlainShape[] {
  return [
    {
      catalog: "pg_foreign_data_wrapper",
      kind: "foreign-data-wrapper",
      schema: "null",
      name: "r.fdwname",
      identity: "quote_ident(r.fdwname)",
      owner: "r.fdwowner",
      acl: ["r.fdwacl", "F"],
      create: [
        `'CREATE FOREIGN DATA WRAPPER ' || quote_ident(r.fdwname) || case when r.fdwhandler <> 0 then ' HANDLER ' || ${routine("r.fdwhandler")} else '' end
          || case when r.fdwvalidator <> 0 then ' VALIDATOR ' || ${routine("r.fdwvalidator")} else '' end || ${foreignOptions("r.fdwoptions")}`,
      ],
      drop: ["'DROP FOREIGN DATA WRAPPER ' || quote_ident(r.fdwname)"],
    },
    {
      catalog: "pg_foreign_server",
      kind: "server",
      schema: "null",
      name: "r.srvname",
      identity: "quote_ident(r.srvname)",
      owner: "r.srvowner",
      acl: ["r.srvacl", "S"],
      create: [
        `'CREATE SERVER ' || quote_ident(r.srvname) || coalesce(' TYPE ' || quote_literal(r.srvtype), '') || coalesce(' VERSION ' || quote_literal(r.srvversion), '')
          || ' FOREIGN DATA WRAPPER ' || (select quote_ident(f.fdwname) from pg_foreign_data_wrapper f where f.oid = r.srvfdw) || ${foreignOptions("r.srvoptions")}`,
      ],
      drop: ["'DROP SERVER ' || quote_ident(r.srvname)"],
    },
    {
      catalog: "pg_user_mapping",
      relation: d.superuser
        ? "pg_user_mapping"
        : "(select m.umid as oid, m.umuser, m.srvid as umserver, m.umoptions from pg_user_mappings m)",
      kind: "user-mapping",
      schema: "null",
      name: `(case when r.umuser = 0 then 'PUBLIC' else pg_get_userbyid(r.umuser) end) || ' ' || s.srvname`,
      identity: `'FOR ' || ${role("r.umuser")} || ' SERVER ' || quote_ident(s.srvname)`,
      create: [
        `'CREATE USER MAPPING FOR ' || ${role("r.umuser")} || ' SERVER ' || quote_ident(s.srvname) || ${foreignOptions("r.umoptions")}`,
      ],
      drop: [`'DROP USER MAPPING FOR ' || ${role("r.umuser")} || ' SERVER ' || quote_ident(s.srvname)`],
      from: ", pg_foreign_server s",
      where: "s.oid = r.umserver",
    },
  ];
}
