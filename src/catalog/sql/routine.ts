import { commonFacts, isPartOfAnother, isOwnSchema, privilegeFacts } from "./fragments.ts";

const INPUT_TYPES = `coalesce((select string_agg(format_type(u.x, null), ', ' order by u.i) from unnest(p.proargtypes::oid[]) with ordinality u(x, i)), '')`;

/** What DROP AGGREGATE takes: `*` for none, ORDER BY for ordered sets. */
const AGGREGATE_ARGUMENTS = `case when p.pronargs = 0 then '*' else pg_get_function_identity_arguments(p.oid) end`;

const operatorName = (oid: string): string =>
  `(select 'OPERATOR(' || quote_ident(n2.nspname) || '.' || o.oprname || ')' from pg_operator o, pg_namespace n2 where o.oid = ${oid} and n2.oid = o.oprnamespace)`;

const routineName = (oid: string): string =>
  `(select quote_ident(n2.nspname) || '.' || quote_ident(f.proname) from pg_proc f, pg_namespace n2 where f.oid = ${oid} and n2.oid = f.pronamespace)`;

/** The CREATE AGGREGATE of a row of pg_aggregate `g` and pg_proc `p` (the clauses in the order of pg_dump's `dumpAgg`). */
const AGGREGATE = `(select 'CREATE AGGREGATE ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
  || case when p.pronargs = 0 then '*' else pg_get_function_arguments(p.oid) end || ') (SFUNC = ' || ${routineName("g.aggtransfn")}
  || ', STYPE = ' || format_type(g.aggtranstype, null)
  || case when g.aggtransspace <> 0 then ', SSPACE = ' || g.aggtransspace else '' end
  || case when g.aggfinalfn <> 0 then ', FINALFUNC = ' || ${routineName("g.aggfinalfn")}
       || case when g.aggfinalextra then ', FINALFUNC_EXTRA' else '' end
       || ', FINALFUNC_MODIFY = ' || case g.aggfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end else '' end
  || case when g.aggcombinefn <> 0 then ', COMBINEFUNC = ' || ${routineName("g.aggcombinefn")} else '' end
  || case when g.aggserialfn <> 0 then ', SERIALFUNC = ' || ${routineName("g.aggserialfn")} || ', DESERIALFUNC = ' || ${routineName("g.aggdeserialfn")} else '' end
  || coalesce(', INITCOND = ' || quote_literal(g.agginitval), '')
  || case when g.aggmtransfn <> 0 then ', MSFUNC = ' || ${routineName("g.aggmtransfn")} || ', MINVFUNC = ' || ${routineName("g.aggminvtransfn")}
       || ', MSTYPE = ' || format_type(g.aggmtranstype, null) else '' end
  || case when g.aggmtransspace <> 0 then ', MSSPACE = ' || g.aggmtransspace else '' end
  || case when g.aggmfinalfn <> 0 then ', MFINALFUNC = ' || ${routineName("g.aggmfinalfn")}
       || case when g.aggmfinalextra then ', MFINALFUNC_EXTRA' else '' end
       || ', MFINALFUNC_MODIFY = ' || case g.aggmfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end else '' end
  || coalesce(', MINITCOND = ' || quote_literal(g.aggminitval), '')
  || case when g.aggsortop <> 0 then ', SORTOP = ' || ${operatorName("g.aggsortop")} else '' end
  || case g.aggkind when 'h' then ', HYPOTHETICAL' else '' end
  || case p.proparallel when 's' then ', PARALLEL = SAFE' when 'r' then ', PARALLEL = RESTRICTED' else '' end || ')'
  from pg_aggregate g where g.aggfnoid = p.oid)`;

/** The statement that gives one function, procedure or aggregate as `RoutineFacts`; NULL where there is none. */
export function routineQuery(): string {
  return `select json_build_object('catalog', 'pg_proc', 'oid', p.oid::int8,
  'kind', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
  'schema', n.nspname, 'name', p.proname,
  'identity', quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || case when p.prokind = 'a' then ${AGGREGATE_ARGUMENTS} else ${INPUT_TYPES} end || ')',
  'facts', json_build_object('kind', 'routine',
    ${commonFacts("pg_proc", "p.oid")},
    ${privilegeFacts("f", "p.proowner", "p.proacl")},
    'routineKind', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end,
    'definition', case when p.prokind = 'a' then ${AGGREGATE} else pg_get_functiondef(p.oid) end,
    'identityArguments', pg_get_function_identity_arguments(p.oid),
    'result', pg_get_function_result(p.oid),
    'dependsOnExtensions', coalesce((select json_agg(x.extname order by x.extname) from pg_depend d, pg_extension x
       where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'x' and d.refclassid = 'pg_extension'::regclass and x.oid = d.refobjid), '[]'::json)))
 from pg_proc p, pg_namespace n
 where p.oid = target and n.oid = p.pronamespace and not ${isOwnSchema("n.nspname")} and not ${isPartOfAnother("pg_proc", "p.oid")}`;
}
