import type { Engine } from "../database/session.ts";

/** A table with more rows than this is counted only; one with more than the other is told by digests. */
const MOST_ROWS = 20_000;
const MOST_LISTED = 200;

/** Ends a stage that is to leave nothing behind; no error of PostgreSQL's has this class. */
const TAKEN_BACK = "PGG01";

/**
 * The functions by which a row proof runs on the server in one message, in the reader's schema. `row_trial` goes back to before the migration, writes rows, runs the
 * migration and its way back again and says what became of the rows; whoever calls it rolls the transaction back.
 */
export function rowTrialFunctions({ major, superuser }: Engine): string {
  const quiet = major >= 17 && superuser ? "perform pg_catalog.set_config('event_triggers', 'off', true);" : "";
  const flush = major >= 15 ? "perform pg_catalog.pg_stat_force_next_flush();" : "";
  return `create function pggit_shadow.run_all(statements json) returns void language plpgsql as $f$
declare s text;
begin
  for s in select e from pg_catalog.json_array_elements_text(statements) e loop execute s; end loop;
end $f$;
-- Writes the rows of each table: all at once, else each by the first way that is taken. Gives per table how many stand, the way taken for each row, and the first refusal.
create function pggit_shadow.seed(tables json) returns json language plpgsql as $f$
declare t json; r json; s text; place int; taken int; written int8; total int8; refusal text; ways json[]; answer json[] := '{}';
begin
  for t in select e from pg_catalog.json_array_elements(tables) e loop
    total := null; refusal := null; ways := '{}';
    if t->>'all' is not null then
      begin
        execute t->>'all';
        get diagnostics total = row_count;
      exception when others then total := null;
      end;
    end if;
    if total is null then
      total := 0;
      for r in select e from pg_catalog.json_array_elements(t->'rows') e loop
        taken := null; place := 0;
        for s in select e from pg_catalog.json_array_elements_text(r) e loop
          begin
            execute s;
            get diagnostics written = row_count;
            total := total + written; taken := place;
          exception when others then refusal := coalesce(refusal, sqlerrm);
          end;
          exit when taken is not null;
          place := place + 1;
        end loop;
        ways := ways || to_json(taken);
      end loop;
    end if;
    answer := answer || pg_catalog.json_build_object('rows', total, 'ways', pg_catalog.to_json(ways), 'refusal', refusal);
  end loop;
  return pg_catalog.to_json(answer);
end $f$;
-- Number and digests of the rows of each table, whatever their order, values printed the same whatever a migration set. NULL for a table that is not there.
create function pggit_shadow.row_digests(tables json) returns json language plpgsql security definer
  set search_path = pg_catalog set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'postgres' set "TimeZone" = 'UTC' set extra_float_digits = 1 set bytea_output = 'hex' as $f$
declare t json; found json; number int8; answer json[] := '{}';
begin
  for t in select e from json_array_elements(tables) e loop
    begin
      execute 'select count(*) from ' || (t->>'from') into number;
      if number > ${MOST_ROWS} then found := json_build_object('count', number);
      elsif number <= ${MOST_LISTED} then execute t->>'list' into found;
      else execute t->>'digest' into found;
      end if;
    exception when others then found := null;
    end;
    answer := answer || found;
  end loop;
  return to_json(answer);
end $f$;
-- Which of the queries find a row; NULL for one that cannot be asked.
create function pggit_shadow.fired(queries json) returns json language plpgsql as $f$
declare q text; found bool; answer bool[] := '{}';
begin
  for q in select e from pg_catalog.json_array_elements_text(queries) e loop
    begin
      execute 'select exists (' || q || ')' into found;
    exception when others then found := null;
    end;
    answer := answer || found;
  end loop;
  return pg_catalog.to_json(answer);
end $f$;
create function pggit_shadow.row_trial(spec json) returns json language plpgsql as $f$
declare stage text := 'return'; seeded json; before json; changed json; added json; fired json; guarded json; after json; failure text; sequences json;
  v json; took json; spoke json; refusal text; broken json[] := '{}';
begin
  ${quiet}
  begin
    perform pggit_shadow.run_all(spec->'return');
    execute 'reset role';
    execute 'set constraints all immediate';
    stage := 'seed';
    seeded := pggit_shadow.seed(spec->'seed');
    before := pggit_shadow.row_digests(spec->'compare');
    stage := 'up';
    perform pggit_shadow.run_all(spec->'up');
    execute 'reset role';
    stage := 'added';
    if (spec->>'data')::bool then changed := pggit_shadow.row_digests(spec->'compare'); end if;
    added := pggit_shadow.seed(spec->'added');
    guarded := pggit_shadow.fired(spec->'guards');
    -- A guard that finds a row throws away what such rows would show.
    for v in select e from pg_catalog.json_array_elements(spec->'broken') e
      where not exists (select from pg_catalog.json_array_elements_text(guarded) g where g = 'true')
    loop
      took := null; spoke := null; refusal := null;
      begin
        took := pggit_shadow.seed(v);
        if exists (select from pg_catalog.json_array_elements(took) k where (k->>'rows')::int8 > 0) then
          spoke := pggit_shadow.fired(spec->'checks');
          begin
            perform pggit_shadow.run_all(spec->'down');
            execute 'set constraints all immediate';
          exception when others then refusal := sqlerrm || ' (SQLSTATE ' || sqlstate || ')';
          end;
        end if;
        raise exception using errcode = '${TAKEN_BACK}';
      exception when sqlstate '${TAKEN_BACK}' then null;
      end;
      broken := broken || pg_catalog.json_build_object('seeded', took, 'fired', spoke, 'refusal', refusal);
    end loop;
    fired := pggit_shadow.fired(spec->'checks');
    stage := 'down';
    perform pggit_shadow.run_all(spec->'down');
    execute 'reset role';
    execute 'set constraints all immediate';
    stage := 'compare';
    after := pggit_shadow.row_digests(spec->'compare');
    stage := 'done';
  exception when others then failure := sqlerrm || ' (SQLSTATE ' || sqlstate || ')';
  end;
  if (spec->>'moves')::bool then
    select pg_catalog.json_agg(t.oid::int8) into sequences from pggit_shadow.rows_touched() t where t.relkind = 'S';
  end if;
  ${flush}
  return pg_catalog.json_build_object('stage', stage, 'failure', failure, 'seeded', seeded, 'before', before, 'changed', changed, 'added', added,
    'broken', pg_catalog.to_json(broken), 'fired', fired, 'guarded', guarded, 'after', after, 'sequences', sequences);
end $f$;`;
}
