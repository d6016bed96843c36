/**
 * What the row-by-row read knows about the catalogs. Every table of pg_catalog and every column is read unless it stands here: what a new major adds is
 * compared by itself (manual, chapter "System Catalogs").
 */

/** The columns that name a row, most significant first, for people and for matching. The other catalogs are named by all their columns. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  pg_aggregate: ["aggfnoid"],
  pg_am: ["amname"],
  pg_amop: ["amopfamily", "amoplefttype", "amoprighttype", "amopstrategy", "amoppurpose"],
  pg_amproc: ["amprocfamily", "amproclefttype", "amprocrighttype", "amprocnum"],
  pg_attrdef: ["adrelid", "adnum"],
  pg_attribute: ["attrelid", "attname"],
  pg_auth_members: ["roleid", "member", "grantor"],
  pg_authid: ["rolname"],
  pg_cast: ["castsource", "casttarget"],
  pg_class: ["relnamespace", "relname"],
  pg_collation: ["collnamespace", "collname", "collencoding"],
  pg_constraint: ["conrelid", "contypid", "conname"],
  pg_conversion: ["connamespace", "conname"],
  pg_database: [],
  pg_db_role_setting: ["setdatabase", "setrole"],
  pg_default_acl: ["defaclrole", "defaclnamespace", "defaclobjtype"],
  pg_description: ["classoid", "objoid", "objsubid"],
  pg_enum: ["enumtypid", "enumlabel"],
  pg_event_trigger: ["evtname"],
  pg_extension: ["extname"],
  pg_foreign_data_wrapper: ["fdwname"],
  pg_foreign_server: ["srvname"],
  pg_foreign_table: ["ftrelid"],
  pg_index: ["indexrelid"],
  pg_inherits: ["inhrelid", "inhseqno"],
  pg_init_privs: ["classoid", "objoid", "objsubid"],
  pg_language: ["lanname"],
  pg_largeobject: ["loid", "pageno"],
  pg_largeobject_metadata: ["oid"],
  pg_namespace: ["nspname"],
  pg_opclass: ["opcnamespace", "opcname", "opcmethod"],
  pg_operator: ["oprnamespace", "oprname", "oprleft", "oprright"],
  pg_opfamily: ["opfnamespace", "opfname", "opfmethod"],
  pg_parameter_acl: ["parname"],
  pg_partitioned_table: ["partrelid"],
  pg_policy: ["polrelid", "polname"],
  pg_proc: ["pronamespace", "proname", "proargtypes"],
  pg_publication: ["pubname"],
  pg_publication_namespace: ["pnpubid", "pnnspid"],
  pg_publication_rel: ["prpubid", "prrelid"],
  pg_range: ["rngtypid"],
  pg_rewrite: ["ev_class", "rulename"],
  pg_seclabel: ["classoid", "objoid", "objsubid", "provider"],
  pg_sequence: ["seqrelid"],
  pg_shdescription: ["classoid", "objoid"],
  pg_shseclabel: ["classoid", "objoid", "provider"],
  pg_statistic_ext: ["stxnamespace", "stxname"],
  pg_subscription: ["subname"],
  pg_subscription_rel: ["srsubid", "srrelid"],
  pg_tablespace: ["spcname"],
  pg_transform: ["trftype", "trflang"],
  pg_trigger: ["tgrelid", "tgname"],
  pg_ts_config: ["cfgnamespace", "cfgname"],
  pg_ts_config_map: ["mapcfg", "maptokentype", "mapseqno"],
  pg_ts_dict: ["dictnamespace", "dictname"],
  pg_ts_parser: ["prsnamespace", "prsname"],
  pg_ts_template: ["tmplnamespace", "tmplname"],
  pg_type: ["typnamespace", "typname"],
  pg_user_mapping: ["umserver", "umuser"],
};

/** Statistics of contents, and what belongs to the cluster alone. */
export const CATALOGS_LEFT_OUT: ReadonlySet<string> = new Set(["pg_statistic", "pg_statistic_ext_data", "pg_replication_origin"]);

/**
 * Columns that say where bytes lie, how full they are, or how the row came about, and nothing about what a user sees: file numbers, transaction ids, estimates,
 * hints that are cleared lazily (`relhasindex`…), what follows from the width of a machine word (the embedded database has 32 bits: `attbyval`), declared array dimensions (PostgreSQL ignores them), and of a database what it got from CREATE DATABASE.
 */
export const COLUMNS_LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  pg_attribute: ["attnum", "attbyval", "attcacheoff", "attndims", "atthasmissing", "attmissingval", "attisdropped"],
  pg_class: [
    "relfilenode",
    "relpages",
    "reltuples",
    "relallvisible",
    "relallfrozen",
    "relfrozenxid",
    "relminmxid",
    "reltoastrelid",
    "relrewrite",
    "relhasindex",
    "relhasrules",
    "relhastriggers",
    "relhassubclass",
    "relnatts",
  ],
  pg_collation: ["collversion"],
  pg_database: [
    "datname",
    "encoding",
    "datlocprovider",
    "datistemplate",
    "datallowconn",
    "datcollate",
    "datctype",
    "datlocale",
    "daticulocale",
    "daticurules",
    "datcollversion",
    "datlastsysoid",
    "datfrozenxid",
    "datminmxid",
    "dattablespace",
    "dathasloginevt",
  ],
  pg_index: ["indcheckxmin"],
  pg_shdepend: ["dbid"],
  pg_subscription: ["subdbid", "subskiplsn"],
  pg_type: ["typbyval"],
  pg_subscription_rel: ["srsublsn"],
};

/** What is read instead of a column that has no text of its own. `r` is the row. Definitions of built-in objects are not printed: nothing can change them but their source. */
export const COLUMN_TERMS: Readonly<Record<string, string>> = {
  // The server's own stamp: see `columnOptions` in ../sql/fragments.ts.
  "pg_attribute.attoptions": "nullif(array(select o from unnest(r.attoptions) o where o not like 'pg\\_attver=%'), '{}')::text",
  "pg_attrdef.adbin": "pg_get_expr(r.adbin, r.adrelid)",
  "pg_authid.rolpassword": "(r.rolpassword is not null)::text",
  "pg_class.relpartbound": "pg_get_expr(r.relpartbound, r.oid)",
  "pg_constraint.conbin": "case when r.oid >= 16384 then pg_get_constraintdef(r.oid) end",
  "pg_enum.enumsortorder": "(select count(*)::text from pg_enum e where e.enumtypid = r.enumtypid and e.enumsortorder < r.enumsortorder)",
  "pg_index.indexprs": "case when r.indexrelid >= 16384 then pg_get_indexdef(r.indexrelid) end",
  "pg_index.indpred": "pg_get_expr(r.indpred, r.indrelid)",
  "pg_largeobject.data": "md5(r.data)",
  "pg_partitioned_table.partexprs": "pg_get_partkeydef(r.partrelid)",
  "pg_policy.polqual": "pg_get_expr(r.polqual, r.polrelid)",
  "pg_policy.polwithcheck": "pg_get_expr(r.polwithcheck, r.polrelid)",
  "pg_proc.proargdefaults": "case when r.oid >= 16384 and r.pronargdefaults > 0 then pg_get_function_arguments(r.oid) end",
  "pg_proc.prosqlbody": "case when r.oid >= 16384 then pg_get_function_sqlbody(r.oid) end",
  "pg_publication_rel.prqual": "pg_get_expr(r.prqual, r.prrelid)",
  "pg_rewrite.ev_action": "case when r.oid >= 16384 then pg_get_ruledef(r.oid) end",
  "pg_rewrite.ev_qual": "(r.ev_qual is not null)::text",
  "pg_statistic_ext.stxexprs": "pg_get_statisticsobjdef(r.oid)",
  "pg_subscription.subconninfo": "md5(r.subconninfo)",
  "pg_trigger.tgqual": "case when r.oid >= 16384 and not r.tgisinternal then pg_get_triggerdef(r.oid) end",
  "pg_type.typdefaultbin": "pg_get_expr(r.typdefaultbin, 0)",
};

/** `5` or `5 (not called)`. query_to_xml, because only a query of the sequence itself says whether it was called (a function does from 18 on). */
function sequencePosition(oid: string): string {
  return `(select substring(x from '<last_value>(-?[0-9]+)<') || case when x like '%<is_called>false<%' then ' (not called)' else '' end
    from (select query_to_xml('select last_value, is_called from ' || ${oid}::regclass::text, true, false, '')::text as x) q)`;
}

/** What is read in addition: it stands in no column of the row. */
export const MORE_TERMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pg_class: { toastOptions: "(select t.reloptions::text from pg_class t where t.oid = r.reltoastrelid)" },
  pg_sequence: { position: sequencePosition("r.seqrelid") },
};

/** Access control lists: what `acldefault()` takes for a NULL one. Those that are absent here have no default. */
export const ACL_DEFAULTS: Readonly<Record<string, string>> = {
  "pg_class.relacl": "acldefault(case r.relkind when 'S' then 's'::\"char\" else 'r' end, r.relowner)",
  "pg_database.datacl": "acldefault('d', r.datdba)",
  "pg_foreign_data_wrapper.fdwacl": "acldefault('F', r.fdwowner)",
  "pg_foreign_server.srvacl": "acldefault('S', r.srvowner)",
  "pg_language.lanacl": "acldefault('l', r.lanowner)",
  "pg_largeobject_metadata.lomacl": "acldefault('L', r.lomowner)",
  "pg_namespace.nspacl": "acldefault('n', r.nspowner)",
  "pg_proc.proacl": "acldefault('f', r.proowner)",
  "pg_tablespace.spcacl": "acldefault('t', r.spcowner)",
  "pg_type.typacl": "acldefault('T', r.typowner)",
};

/** `pg_database`, the same in every cluster (manual, chapter "System Catalogs"). */
const PG_DATABASE = "1262";

/** Rows that describe the cluster and not this database. Where others use the server, they change them meanwhile, and the history may not. */
export const CLUSTER_ROWS: Readonly<Record<string, (row: Readonly<Record<string, string | null>>) => boolean>> = {
  pg_auth_members: () => true,
  pg_authid: () => true,
  pg_db_role_setting: (row) => row["setdatabase"] === "0",
  pg_parameter_acl: () => true,
  pg_shdescription: (row) => row["classoid"] !== PG_DATABASE,
  pg_shseclabel: (row) => row["classoid"] !== PG_DATABASE,
  pg_tablespace: () => true,
};

/** Rows that concern this database; of columns those that live. */
export const ROWS: Readonly<Record<string, string>> = {
  pg_attribute: "r.attnum > 0 and not r.attisdropped",
  pg_database: "r.datname = current_database()",
  pg_db_role_setting: "r.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))",
  pg_shdepend: "r.dbid = (select d.oid from pg_database d where d.datname = current_database())",
  pg_shdescription:
    "r.classoid <> 'pg_database'::regclass or r.objoid = (select d.oid from pg_database d where d.datname = current_database())",
  pg_shseclabel:
    "r.classoid <> 'pg_database'::regclass or r.objoid = (select d.oid from pg_database d where d.datname = current_database())",
  pg_subscription: "r.subdbid = (select d.oid from pg_database d where d.datname = current_database())",
};
