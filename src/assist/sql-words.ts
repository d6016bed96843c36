/** Words of SQL, its types and the functions that everybody uses: they tell nothing about anybody's data. */
const WORDS = new Set(
  `abs add after aggregate all alter always analyze and any array array_agg as asc at avg before begin between bigint bigserial bit bool boolean both btree by bytea call
  cascade case cast ceil char character check coalesce collate column comment commit concat concurrently conflict constraint count create cross cube current current_date
  current_timestamp current_user cycle date date_trunc day deallocate dec decimal declare default deferrable deferred delete dense_rank desc distinct do domain double drop
  each else elsif end enum escape except exception exclude execute exists explain extension extract false fetch first float floor following for foreign format from full
  function generate_series generated gin gist grant greatest group grouping having hour identity if ilike immediate immutable in include increment index inherits initcap initially
  inner inout insert instead int int2 int4 int8 integer intersect interval into is isnull join json json_agg json_build_object jsonb jsonb_agg jsonb_build_object key language
  last lateral leading least left length like limit local localtime localtimestamp loop lower lpad ltrim matched materialized max md5 merge min minute minvalue maxvalue
  mod month natural new next no not nothing notnull now null nullif nulls numeric of offset old on only option or order ordinality out outer over overlaps
  owned owner partition perform plpgsql position power preceding precision primary procedure public raise range real recursive references regexp_matches
  regexp_replace regexp_split_to_array regexp_split_to_table rename repeat replace restrict return returning returns reverse revoke right role rollback round row row_number
  rows rpad rtrim rule schema second select sequence serial session set setof setval nextval currval similar simple smallint smallserial some split_part sql stable start statement
  stored strict string_agg string_to_array strpos substr substring sum symmetric table temp temporary text then time timestamp timestamptz timetz to to_char to_date to_jsonb
  to_number to_timestamp trailing translate trigger trim true truncate type unbounded union unique unnest until update upper using uuid valid validate value values varbit
  varchar varying view volatile when where while window with within without work xml year zone`
    .split(/\s+/)
    .filter(Boolean),
);

export function isSqlWord(word: string): boolean {
  return WORDS.has(word.toLowerCase());
}

/** How a piece of SQL in a program may begin: a statement, or what is added to one. */
const BEGINNING =
  /^[\s(]*(?:select|insert\s+into|update|delete\s+from|merge\s+into|with|create|alter|drop|truncate|comment\s+on|grant|revoke|values|from|where|set|and|or|order\s+by|group\s+by|having|(?:left|right|full|inner|cross)\s+(?:outer\s+)?join|join|on|returning|limit|offset|union)\b/i;

/** Whether a text of a program may be SQL. It is a guess: what it lets through is masked word by word. */
export function looksLikeSql(text: string): boolean {
  return BEGINNING.test(text);
}
