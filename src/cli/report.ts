import { listNames } from "../model/list-names.ts";
import { mostUrgentFirst, type EdgeCase } from "../model/edge-case.ts";
import type { Plan, PlanMigration } from "../model/plan.ts";
import type { RollbackStatus } from "../model/rollback.ts";
import { modelLines } from "./model-report.ts";
import { formatLocation } from "../model/source.ts";
import type { Hazard } from "../model/understanding.ts";
import {
  alignColumns,
  count,
  counted,
  cutPath,
  cutWords,
  duration,
  hang,
  listWithin,
  megabytes,
  padEnd,
  together,
  type Style,
} from "./terminal.ts";

/** What a finished conversion looked like from outside the plan. */
export interface RunFacts {
  readonly version: string;
  /** As typed by the user: relative where it was. */
  readonly folder: string;
  readonly planName: string;
  /** Of how many migrations an earlier run had the results. */
  readonly remembered: number;
  readonly timings: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}

const labelWidth = 14;
const shownEdgeCases = 12;

/** The report of a conversion for a terminal of the given width: what was found, proven, and asked, and what to do next. */
export function renderReport(plan: Plan, run: RunFacts, screen: { readonly style: Style; readonly width: number }): string {
  const sections = [
    source(plan, run, screen),
    understood(plan, screen),
    rollbacks(plan, screen),
    squash(plan, screen),
    hazards(plan, screen),
    modelLines(plan, screen),
    decisions(plan, screen),
    files(plan, run, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

type Screen = { readonly style: Style; readonly width: number };

function source(plan: Plan, run: RunFacts, { style, width }: Screen): string[] {
  const row = rowOf(width);
  const { source: from, engine, summary } = plan;
  const authors = new Set(plan.migrations.flatMap((migration) => (migration.author === null ? [] : [migration.author])));
  const dates = from.from === null ? "undated" : `${from.from.slice(0, 10)} to ${from.to?.slice(0, 10)}`;
  const statements = plan.migrations.reduce((sum, migration) => sum + migration.up.length, 0);
  const kinds = new Map<string, number>();
  for (const migration of plan.migrations)
    for (const statement of migration.up) for (const change of statement.change) kinds.set(change.kind, (kinds.get(change.kind) ?? 0) + 1);
  const live = plan.objects.filter((object) => !object.dropped).length;
  return [
    style.bold(`pggit ${run.version}`) + style.dim(`  proven on ${engine.postgres}${engine.embedded ? " (embedded)" : ""}`),
    "",
    ...row("Source", describeTool(from)),
    ...row("Migrations", `${count(from.migrations)}, ${dates}${authors.size === 0 ? "" : `, by ${counted(authors.size, "author")}`}`),
    ...row("Operations", `${count(summary.operations)} of ${counted(kinds.size, "kind")} in ${counted(statements, "statement")}`),
    ...row("Schema", `version ${summary.version}, ${counted(live, "object")}`),
    ...row(
      "Confidence",
      `${summary.confidence.toFixed(3)} on the whole, ${summary.minimumConfidence.toFixed(3)} at the lowest${lowest(plan)}`,
    ),
  ];
}

function lowest(plan: Plan): string {
  const found = plan.migrations.find((migration) => migration.understanding.confidence === plan.summary.minimumConfidence);
  return found === undefined ? "" : ` (${found.id})`;
}

function understood(plan: Plan, { style, width }: Screen): string[] {
  const byPattern = groupBy(plan.migrations, (migration) => migration.understanding.pattern);
  const rows = [...byPattern].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const lines = alignColumns(
    rows.map(([pattern, migrations]) => [`  ${String(migrations.length)}`, pattern, example(migrations)]),
    new Set([0]),
  );
  return [style.bold("Intents and patterns"), ...lines.map((line) => cutWords(line, width))];
}

function example(migrations: readonly PlanMigration[]): string {
  const [first] = migrations;
  return first === undefined ? "" : `${first.id}: ${first.understanding.intent}`;
}

/** The status of a rollback in words. */
export const rollbackTitles: Readonly<Record<RollbackStatus, string>> = {
  proven: "proven",
  "proven-conditional": "proven if the data allow it",
  "proven-lossy": "proven, loses data",
  irreversible: "irreversible",
  unproven: "unproven",
};

function rollbacks(plan: Plan, { style, width }: Screen): string[] {
  const byStatus = groupBy(plan.migrations, (migration) => migration.rollback.status);
  const titles = Object.keys(rollbackTitles) as RollbackStatus[];
  const rows = titles.flatMap((status) => {
    const migrations = byStatus.get(status) ?? [];
    return migrations.length === 0 ? [] : [{ cells: [`  ${count(migrations.length)}`, rollbackTitles[status]], status, migrations }];
  });
  const named = rows.map(
    ({ status, migrations }) =>
      (room: number): string =>
        status === "proven"
          ? originCounts(migrations)
          : listWithin(
              migrations.map((migration) => migration.id),
              room,
            ),
  );
  const coverage = `${(plan.summary.rollbacks.coverage * 100).toFixed(1)} % of the migrations have a proven way back; ${rowsTried(plan)}`;
  return [
    style.bold("Rollbacks"),
    ...withLists(
      rows.map(({ cells }) => cells),
      named,
      width,
    ),
    ...hang("  ", coverage, width),
  ];
}

/** With how many rows ways back were tried, and for how many tables none could be made. */
function rowsTried({ migrations }: Plan): string {
  const made = migrations.flatMap(({ rollback }) => rollback.proof?.generated ?? []);
  const rows = made.reduce((sum, generated) => sum + generated.rows, 0);
  if (made.length === 0) return "no rows were made to try them with";
  const seeded = new Set(made.flatMap(({ tables }) => tables));
  const without = new Set(made.flatMap((generated) => generated.without.map(({ table }) => table)).filter((table) => !seeded.has(table)));
  const missing = without.size === 0 ? "" : `; no row could be made for ${listNames([...without])}`;
  return `tried with ${counted(rows, "generated row")} in ${counted(seeded.size, "table")}${missing}`;
}

/** Aligned columns, each followed by a list that takes the room that is left. */
function withLists(rows: readonly (readonly string[])[], lists: readonly ((room: number) => string)[], width: number): readonly string[] {
  const heads = alignColumns(
    rows.map((row) => [...row, "|"]),
    new Set([0]),
  );
  return heads.map((head, index) => {
    const start = head.slice(0, -1);
    return `${start}${lists[index]?.(width - start.length) ?? ""}`.trimEnd();
  });
}

function originCounts(migrations: readonly PlanMigration[]): string {
  const origins = groupBy(migrations, (migration) => migration.rollback.origin ?? "none");
  return [...origins].map(([origin, list]) => `${list.length} ${origin}`).join(", ");
}

function squash(plan: Plan, { style, width }: Screen): string[] {
  const { squash: result } = plan;
  const before = plan.migrations.reduce((sum, migration) => sum + migration.up.length, 0);
  const byRule = groupBy(result.merges, (merge) => merge.rule);
  const rules = [...byRule].sort((a, b) => b[1].length - a[1].length).map(([rule, merges]) => [`  ${merges.length}`, rule]);
  const verdict = result.proof.proven
    ? style.green("proven equal") + ` to the history: catalog and ${counted(result.proof.rows, "seed row")}`
    : style.red("not equal") + `: ${counted(result.proof.differences.length, "difference")}`;
  return [
    style.bold("Squash"),
    ...hang(
      "  ",
      `${counted(before, "statement")} become ${count(result.statements.length)} by ${counted(result.merges.length, "merge")}, ${verdict}`,
      width,
    ),
    ...alignColumns(rules, new Set([0])),
    ...(result.takenBack.length === 0 ? [] : [`  ${counted(result.takenBack.length, "merge")} taken back, because equality broke`]),
    ...(result.elided.length === 0 ? [] : [`  ${counted(result.elided.length, "statement")} left out, with a note in the plan`]),
  ];
}

function hazards(plan: Plan, { style, width }: Screen): string[] {
  const found = plan.migrations.flatMap((migration) =>
    migration.up.flatMap((statement) => statement.hazards.map((hazard) => ({ migration: migration.id, hazard }))),
  );
  if (found.length === 0) return [];
  const order: readonly Hazard["severity"][] = ["high", "medium", "low"];
  const byRule = groupBy(found, ({ hazard }) => `${hazard.severity} ${hazard.rule}`);
  const groups = [...byRule].sort((a, b) => order.indexOf(severityOf(a[0])) - order.indexOf(severityOf(b[0])) || b[1].length - a[1].length);
  return [
    style.bold("Hazards") + style.dim("  if these statements still had to run on a database with rows"),
    ...withLists(
      groups.map(([key, list]) => [`  ${count(list.length)}`, ...key.split(" ")]),
      groups.map(
        ([, list]) =>
          (room: number) =>
            listWithin([...new Set(list.map(({ migration }) => migration))], room),
      ),
      width,
    ),
  ];
}

function severityOf(key: string): Hazard["severity"] {
  return key.split(" ")[0] as Hazard["severity"];
}

function decisions(plan: Plan, { style, width }: Screen): string[] {
  const open = mostUrgentFirst(plan.edgeCases.filter((edge) => edge.decision === null));
  if (open.length === 0) return [style.bold("Decisions"), "  None open."];
  const shown = open.slice(0, shownEdgeCases);
  const rest = open.length - shown.length;
  return [
    style.bold("Decisions") + `  ${count(open.length)} open`,
    ...shown.flatMap((edge, index) => edgeCaseLines(edge, shown[index - 1] ?? null, { style, width })),
    ...(rest === 0 ? [] : [`  … and ${count(rest)} more in edge-cases.yaml`]),
  ];
}

const questionIndent = " ".repeat(10);

/** One question; its text is left out where it is word for word that of the one above. */
function edgeCaseLines(edge: EdgeCase, above: EdgeCase | null, { style, width }: Screen): string[] {
  const place = edge.source === null ? "" : formatLocation(edge.source.location);
  const risk = edge.risk === "HIGH" ? style.red("HIGH  ") : padEnd(edge.risk, 6);
  const room = width - questionIndent.length;
  const beside = edge.id.length + 2 + edge.title.length <= room;
  return [
    `  ${risk}  ${style.bold(edge.id)}${beside ? `  ${edge.title}` : ""}`,
    ...(beside ? [] : hang(questionIndent, edge.title, width)),
    ...(place === "" ? [] : [style.dim(`${questionIndent}${cutPath(place, room)}`)]),
    ...(edge.question === above?.question ? [] : hang(questionIndent, edge.question, width)),
  ];
}

function files(plan: Plan, run: RunFacts, { style, width }: Screen): string[] {
  const stages = Object.entries(run.timings).filter(([name]) => name !== "total");
  const open = plan.edgeCases.some((edge) => edge.decision === null);
  const next = open
    ? `pggit review: each open question needs a decision before anything may be applied. They stand in ${run.folder}/edge-cases.yaml as well.`
    : `Read ${run.folder}/schema.sql and try it: createdb copy && psql -1 -d copy -f ${run.folder}/schema.sql`;
  const row = rowOf(width);
  return [
    style.bold("Files") + `  in ${run.folder}`,
    ...alignColumns([
      [`  ${run.planName}`, "the plan, for machines"],
      ["  schema.sql", `the squashed history: ${counted(plan.squash.statements.length, "statement")}`],
      ["  migrations/", `${counted(plan.migrations.length, "folder")}: up.sql, and down.sql if proven`],
      ["  edge-cases.yaml", "the open questions"],
      ["  report.html", "all of it to look at, in a browser"],
      ["  runbook.md", "the night of the change, step by step"],
    ]),
    "",
    ...row(
      "Timings",
      `${stages.map(([name, seconds]) => together(`${name} ${duration(seconds)}`)).join(", ")}; ${together(`total ${duration(run.timings["total"] ?? 0)}`)}, ${together(megabytes(run.peakMemoryBytes))}`,
    ),
    ...(run.remembered === 0
      ? []
      : row(
          "Cache",
          `${run.remembered === plan.migrations.length ? "all" : `the first ${run.remembered.toLocaleString("en")}`} of ${counted(plan.migrations.length, "migration")} are as an earlier run proved them (.pggit/cache); --no-cache proves all anew`,
        )),
    ...row("Next", next),
  ];
}

function rowOf(width: number): (label: string, text: string) => readonly string[] {
  return (label, text) => hang(padEnd(label, labelWidth), text, width);
}

/** The source tool, its version and where its migrations are: `Flyway 9.22.3, src/main/resources/db/migration`. */
export function describeTool({ tool, toolVersion, location }: Pick<Plan["source"], "tool" | "toolVersion" | "location">): string {
  const title = tool === "sql" ? "Plain SQL" : `${tool.charAt(0).toUpperCase()}${tool.slice(1)}`;
  return `${title}${toolVersion === null ? "" : ` ${toolVersion}`}, ${location === "." ? "the given folder" : location}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
