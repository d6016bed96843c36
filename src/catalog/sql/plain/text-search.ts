import { option, qualified, routine, type PlainShape } from "./shape.ts";

/** Parsers, templates, dictionaries and configurations of text search. */
export function textSearchShapes(): readonly PlainShape[] {
  const shape = (prefix: string, column: string): Pick<PlainShape, "schema" | "name" | "identity" | "from" | "where"> => ({
    schema: "n.nspname",
    name: `r.${column}`,
    identity: `quote_ident(n.nspname) || '.' || quote_ident(r.${column})`,
    from: ", pg_namespace n",
    where: `n.oid = r.${prefix}namespace`,
  });
  const text = (word: string, column: string): string => `'${word} ' || quote_ident(n.nspname) || '.' || quote_ident(r.${column})`;
  return [
    {
      catalog: "pg_ts_parser",
      kind: "text-search-parser",
      ...shape("prs", "prsname"),
      create: [
        `${text("CREATE TEXT SEARCH PARSER", "prsname")} || ' (START = ' || ${routine("r.prsstart")} || ', GETTOKEN = ' || ${routine("r.prstoken")} || ', END = ' || ${routine("r.prsend")}
          || ${option("HEADLINE", "r.prsheadline")} || ', LEXTYPES = ' || ${routine("r.prslextype")} || ')'`,
      ],
      drop: [text("DROP TEXT SEARCH PARSER", "prsname")],
    },
    {
      catalog: "pg_ts_template",
      kind: "text-search-template",
      ...shape("tmpl", "tmplname"),
      create: [
        `${text("CREATE TEXT SEARCH TEMPLATE", "tmplname")} || ' (LEXIZE = ' || ${routine("r.tmpllexize")} || ${option("INIT", "r.tmplinit")} || ')'`,
      ],
      drop: [text("DROP TEXT SEARCH TEMPLATE", "tmplname")],
    },
    {
      catalog: "pg_ts_dict",
      kind: "text-search-dictionary",
      ...shape("dict", "dictname"),
      owner: "r.dictowner",
      create: [
        `${text("CREATE TEXT SEARCH DICTIONARY", "dictname")} || ' (TEMPLATE = ' || ${qualified("pg_ts_template", ["tmplname", "tmplnamespace"], "r.dicttemplate")}
          || coalesce(', ' || r.dictinitoption, '') || ')'`,
      ],
      drop: [text("DROP TEXT SEARCH DICTIONARY", "dictname")],
    },
    {
      catalog: "pg_ts_config",
      kind: "text-search-configuration",
      ...shape("cfg", "cfgname"),
      owner: "r.cfgowner",
      create: [
        `${text("CREATE TEXT SEARCH CONFIGURATION", "cfgname")} || ' (PARSER = ' || ${qualified("pg_ts_parser", ["prsname", "prsnamespace"], "r.cfgparser")} || ')'`,
        `array(select ${text("ALTER TEXT SEARCH CONFIGURATION", "cfgname")} || ' ADD MAPPING FOR ' || quote_ident(k.alias) || ' WITH '
            || string_agg(${qualified("pg_ts_dict", ["dictname", "dictnamespace"], "m.mapdict")}, ', ' order by m.mapseqno)
          from pg_ts_config_map m, ts_token_type(r.cfgparser) k where m.mapcfg = r.oid and k.tokid = m.maptokentype group by k.alias order by k.alias)`,
      ],
      drop: [text("DROP TEXT SEARCH CONFIGURATION", "cfgname")],
    },
  ];
}
