import { hasWayBack } from "../../model/rollback.ts";
import { formatLocation } from "../../model/source.ts";
import type { Hazard } from "../../model/understanding.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import { patternName } from "../report/words.ts";
import { dataChecks, presenceChecks, type Check } from "./checks.ts";
import { block, code, list, plain, table } from "./markdown.ts";
import { personalColumns } from "./personal-data.ts";
import { readersOf } from "./readers.ts";
import type { RunScope } from "./scope.ts";

/** What is changed and why: the migrations with their intents. */
export function whatAndWhy({ plan, migrations, terms }: RunScope): string {
  const { source, summary } = plan;
  const which =
    terms.from === null
      ? `No first migration was named, so all ${migrations.length} are listed, as if the tables of earlier ones held rows. What a database has already, \`pggit status --database URL\` says; \`pggit export runbook --from ID\` leaves it out.`
      : `${migrations.length} of ${source.migrations} migrations, from ${code(terms.from)} on.`;
  return [
    `This brings a database from ${migrations.length === source.migrations ? "nothing" : "where it stands"} to version ${summary.version} of the schema (${source.tool}, ${code(source.location)}). ${which}`,
    table(
      ["Migration", "Name", "Intent", "Pattern"],
      migrations.map(({ id, name, understanding }) => [
        code(id),
        plain(name),
        plain(understanding.intent),
        patternName(understanding.pattern),
      ]),
    ),
  ].join("\n\n");
}

const mitigations: Readonly<Record<string, string>> = {
  "loses-data": "The backup below; go on only when it was restored somewhere once.",
  "non-transactional": "pggit settles what a cut-off run left when the same command is run again.",
  "unknown-effect": "Rehearse it on a copy: `pggit apply PLAN --database URL --shadow-mode`.",
};

/** The risks of the run, each with what makes it smaller. */
export function risks(scope: RunScope): string {
  const { migrations, plan } = scope;
  const ids = new Set(migrations.map(({ id }) => id));
  const rows: string[][] = [];
  const severities: readonly Hazard["severity"][] = ["high", "medium", "low"];
  for (const severity of severities) {
    for (const { migration, statement, changes } of scope.statements) {
      if (changes.every(({ isNew }) => isNew)) continue;
      for (const hazard of statement.hazards.filter((one) => one.severity === severity)) {
        rows.push([
          severity,
          code(migration.id),
          plain(hazard.message),
          hazard.safer === null
            ? (mitigations[hazard.rule] ?? "None known: plan the wait.")
            : /^[A-Z]+ [A-Z]/.test(hazard.safer)
              ? "The order without waiting, below."
              : plain(hazard.safer),
        ]);
      }
    }
  }
  for (const { id, rollback } of migrations) {
    if (!hasWayBack(rollback)) {
      rows.push([
        "high",
        code(id),
        `No proven way back: ${plain(rollback.reason ?? rollback.status)}`,
        "Behind it only the backup leads back; decide before it runs.",
      ]);
    }
  }
  for (const { id, migration, title, risk, source, decision } of plan.edgeCases) {
    if (decision !== null || (migration !== null && !ids.has(migration))) continue;
    const where = source === null ? "" : ` (${code(formatLocation(source.location))})`;
    rows.push([
      risk.toLowerCase(),
      migration === null ? "" : code(migration),
      `Open question: ${plain(title)}${where}`,
      `${code(`pggit decide PLAN ${id} CHOICE`)}; nothing runs before.`,
    ]);
  }
  const rank = ([severity]: readonly string[]): number => severities.findIndex((one) => one === severity);
  rows.sort((left, right) => rank(left) - rank(right));
  return table(["Risk", "Migration", "What", "Mitigation"], rows);
}

/** The backup, and what has to be looked at before anything runs. */
export function before(scope: RunScope): string {
  const { terms, tables, plan } = scope;
  const names = [...tables.keys()].sort();
  const lossy = scope.migrations.filter(({ rollback }) => rollback.upLoses.length > 0);
  const saved = scope.migrations.filter(({ rollback }) => rollback.backup !== undefined);
  const point = `before_pggit_${plan.contentId.slice(0, 12)}`;
  const checks = [...presenceChecks(scope), ...dataChecks(scope)];
  return [
    "### Backup",
    list([
      "A backup of the whole database that was restored somewhere once, with its time.",
      `Where point-in-time recovery is set up: ${code(`SELECT pg_create_restore_point(${quoteLiteral(point)})`)} directly before the first step (expected: one location such as \`0/3000090\`; needs a superuser or its EXECUTE right).`,
      ...(saved.length === 0
        ? []
        : [
            `What ${saved.map(({ id }) => code(id)).join(", ")} ${saved.length === 1 ? "destroys" : "destroy"} is saved by pggit right before, in schema \`pggit_migrate\`, and put back by the rollback; the dry run below says what that takes.`,
          ]),
      lossy.length === 0
        ? saved.length === 0
          ? "No migration of this run is known to destroy rows or values."
          : "No other migration of this run is known to destroy rows or values."
        : `Rows or values go with ${lossy.map(({ id }) => code(id)).join(", ")}: their tables once more by themselves, with the command below.`,
    ]),
    ...(lossy.length === 0
      ? []
      : [
          block(
            "sh",
            lossyTables(scope)
              .map(
                (name) =>
                  `pg_dump "$DATABASE_URL" --format=custom --table=${shellWord(name)} --file=${shellWord(`${name.replaceAll(/[^\w.]/g, "_")}.dump`)}`,
              )
              .join("\n"),
          ),
        ]),
    "### Checks, with the answer to expect",
    block("sh", `pggit status --database "$DATABASE_URL" --plan ${shellWord(terms.planName)} --json`),
    `Expected: ${terms.from === null ? "`pending` lists what will run" : `\`"pending"\` begins with ${code(terms.from)} and has ${scope.migrations.length} entries`}, and \`"drift": []\`.`,
    block("sh", `pggit apply ${shellWord(terms.planName)} --database "$DATABASE_URL" --dry-run`),
    "Expected: exit code 0; what it lists is what this page lists.",
    ...checks.map(sayCheck),
    ...generalChecks.map(sayCheck),
    "### Sizes of the tables concerned",
    names.length === 0
      ? "No table that stands before the run is changed."
      : [
          block(
            "sql",
            `SELECT name, c.reltuples::bigint AS rows_estimated, pg_size_pretty(pg_total_relation_size(c.oid)) AS size\nFROM unnest(ARRAY[\n  ${names.map(quoteLiteral).join(",\n  ")}\n]) AS name LEFT JOIN pg_class AS c ON c.oid = to_regclass(name)\nORDER BY pg_total_relation_size(c.oid) DESC NULLS LAST;`,
          ),
          `Expected: ${names.length} rows. The sizes are of your database and unknown here; what rewrites a table needs that much free disk once more.`,
        ].join("\n\n"),
    "### Who else reads these tables",
    table(
      ["Table", "Read by", "How"],
      readersOf(scope).map(({ table: read, reader, how }) => [code(read), code(reader), plain(how)]),
    ),
    "Known from the history alone. What the database itself knows besides (views of others, publications, foreign tables, subscribers):",
    block("sql", readersQuery(names)),
    "Expected: no row that nobody on this page knows.",
    "### Data that looks personal",
    table(
      ["Column", "Looks like"],
      personalColumns(scope).map(({ column, holds }) => [code(column), holds]),
    ),
    "Judged by the names of the columns alone. Backups and copies of these tables fall under the same rules as the tables, and are deleted on the day below.",
  ].join("\n\n");
}

function lossyTables({ migrations }: RunScope): readonly string[] {
  return [
    ...new Set(migrations.flatMap(({ rollback }) => rollback.upLoses.flatMap(({ table: name }) => (name === null ? [] : [name])))),
  ].sort();
}

/** A check as the query, the reason, and the answer. */
export function sayCheck({ why, sql, expected, after }: Check): string {
  const when = after === null ? "" : ` (can run only after ${code(after)})`;
  return `- [ ] ${plain(why)}${when}. Expected: ${plain(expected)}.\n\n${block("sql", `${sql};`)}`;
}

const generalChecks: readonly Check[] = [
  {
    why: "nobody holds a transaction open that the run would wait for",
    sql: "SELECT pid, usename, state, xact_start, left(query, 60) AS query FROM pg_stat_activity WHERE xact_start < now() - interval '1 minute' AND datname = current_database()",
    expected: "no row",
    after: null,
  },
  {
    why: "no prepared transaction holds locks",
    sql: "SELECT gid, prepared, owner FROM pg_prepared_xacts WHERE database = current_database()",
    expected: "no row",
    after: null,
  },
  {
    why: "replicas keep up",
    sql: "SELECT application_name, replay_lag FROM pg_stat_replication WHERE replay_lag > interval '10 seconds'",
    expected: "no row",
    after: null,
  },
  {
    why: "no index is unfinished already",
    sql: "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid",
    expected: "no row",
    after: null,
  },
];

function readersQuery(names: readonly string[]): string {
  const array = `ARRAY[${names.map(quoteLiteral).join(", ")}]::text[]`;
  return [
    `WITH concerned AS (SELECT to_regclass(name)::oid AS oid FROM unnest(${array}) AS name)`,
    "SELECT DISTINCT 'view' AS kind, r.ev_class::regclass::text AS reader FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid",
    "  WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid IN (SELECT oid FROM concerned) AND r.ev_class <> d.refobjid",
    "UNION SELECT 'publication', p.pubname FROM pg_publication AS p, LATERAL pg_get_publication_tables(p.pubname) AS t WHERE t.relid IN (SELECT oid FROM concerned)",
    "UNION SELECT 'foreign table', ftrelid::regclass::text FROM pg_foreign_table",
    "UNION SELECT 'replication slot', slot_name FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database();",
  ].join("\n");
}

/** A text as one word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
