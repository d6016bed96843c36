import type { Approach } from "../../model/approach.ts";
import type { PlanMigration } from "../../model/plan.ts";
import { duration } from "../../model/say-number.ts";
import { strongestLock } from "../../model/understanding.ts";
import { shellWord } from "./before.ts";
import { sayDuration } from "./duration.ts";
import { block, code, list, plain, table } from "./markdown.ts";
import type { RunScope } from "./scope.ts";
import { ordersWithoutWaiting, type Order } from "./without-waiting.ts";

/** The steps with their locks and durations, and the choice between a window and an order without one. */
export function steps(scope: RunScope): string {
  const { migrations, terms } = scope;
  const orders = ordersWithoutWaiting(scope);
  return [
    block(
      "sh",
      `# 1. tells what would be done, writes nothing\npggit apply ${shellWord(terms.planName)} --database "$DATABASE_URL" --dry-run\n# 2. does it; asks before\npggit apply ${shellWord(terms.planName)} --database "$DATABASE_URL" --require-confirmation`,
    ),
    `Each migration commits with its record, or not at all. A lock is waited for ${terms.lockTimeoutSeconds} s and tried again ${terms.lockRetries} times (\`apply.lockTimeoutSeconds\`, \`apply.lockRetries\`), so that nobody queues behind it for long.`,
    table(
      ["Step", "Migration", "Does", "Strongest lock", "Duration", "Transaction"],
      migrations.map((migration, index) => [
        String(index + 1),
        code(migration.id),
        plain(migration.understanding.intent),
        strongestLock(migration.up.map(({ lock }) => lock)) ?? "none on what stands",
        plain(sayDuration(migration, scope)),
        transactionOf(migration),
      ]),
    ),
    total(scope),
    ...(scope.tables.size === 0
      ? []
      : [
          "Behind the last step, so that the planner knows the tables as they are now:",
          block(
            "sql",
            `ANALYZE ${[...scope.tables.keys()]
              .filter((name) => scope.head.get(name)?.kind === "table")
              .sort()
              .join(", ")};`,
          ),
        ]),
    "### A window, or no waiting?",
    choice(scope, orders),
    ...orders.map(sayOrder),
    `### Approach: ${terms.approach}`,
    approaches[terms.approach](scope),
  ].join("\n\n");
}

function transactionOf({ up }: PlanMigration): string {
  return up.every(({ transactional }) => transactional) ? "one" : "none: statement by statement, settled after a cut";
}

function total({ migrations, terms }: RunScope): string {
  const known = migrations.map(({ id }) => terms.measured.get(id)?.seconds).filter((seconds) => seconds !== undefined);
  if (known.length === 0) {
    return "No duration was measured. A rehearsal on a copy with the real rows gives them: `pggit apply PLAN --database URL --shadow-mode --json > rehearsal.json`, then `pggit export runbook --measured rehearsal.json`.";
  }
  const sum = duration(known.reduce((all, seconds) => all + seconds, 0));
  return known.length === migrations.length
    ? `All steps took ${sum} in the rehearsal.`
    : `${known.length} of ${migrations.length} steps took ${sum} in the rehearsal; the others are unknown.`;
}

function choice({ terms, migrations }: RunScope, orders: readonly Order[]): string {
  const without = orders.filter(({ steps: known }) => known === null).map(({ migration }) => code(migration));
  if (orders.length === 0)
    return "No statement of this run keeps others waiting for longer than it takes to get its lock: no window is needed.";
  const count = `${orders.length} ${orders.length === 1 ? "statement keeps" : "statements keep"} the application waiting, or ${orders.length === 1 ? "breaks" : "break"} the one that runs, if carried out as ${orders.length === 1 ? "it stands" : "they stand"}.`;
  const rest = without.length === 0 ? "" : ` For ${without.join(", ")} no such order is known: they need a window.`;
  if (terms.downtimeMinutes === null) {
    return `${count} How long the application may be away was not said (\`--downtime MINUTES\`, or \`runbook.downtimeMinutes\`): with a window, run the steps as they stand; without, take the orders below in their place.${rest}`;
  }
  if (terms.downtimeMinutes === 0) return `${count} The application may not be away at all: take the orders below in their place.${rest}`;
  const known = migrations.map(({ id }) => terms.measured.get(id)?.seconds);
  const sum = known.reduce<number>((all, seconds) => all + (seconds ?? 0), 0);
  const budget = `The application may be away for ${terms.downtimeMinutes} min.`;
  if (known.some((seconds) => seconds === undefined))
    return `${count} ${budget} Whether the steps fit into that is unknown until they were measured; until then plan with the orders below.${rest}`;
  return sum <= terms.downtimeMinutes * 60
    ? `${count} ${budget} The rehearsal took ${duration(sum)}: the steps fit into a window as they stand.`
    : `${count} ${budget} The rehearsal took ${duration(sum)}: the steps do not fit; take the orders below in their place.${rest}`;
}

function sayOrder({ migration, sql, way, steps: known }: Order): string {
  const text =
    known === null
      ? "No order without waiting is known; it needs a window."
      : /^(?:--|[A-Z]+ )/.test(known) && /;|--/.test(known)
        ? block("sql", known)
        : plain(known);
  return `**${code(migration)}: ${plain(way)}** in the place of ${code(sql.length > 120 ? `${sql.slice(0, 119)}…` : sql)}\n\n${text}`;
}

const approaches: Readonly<Record<Approach, (scope: RunScope) => string>> = {
  "big-bang": () => "All steps in one go, then the new application. One decision point: before the first step.",
  phased: ({ migrations }) => {
    const phases = phasesOf(migrations);
    return [
      `${phases.length} ${phases.length === 1 ? "phase" : "phases"}. A new one begins where the application of before would no longer work: deploy the application in between, and wait for a day of use where there is one.`,
      table(
        ["Phase", "Migrations", "The application before it"],
        phases.map(({ ids, breaks }, index) => [
          String(index + 1),
          ids.length > 6 ? `${code(ids[0] ?? "")} to ${code(ids.at(-1) ?? "")} (${ids.length})` : ids.map(code).join(", "),
          breaks ? "must already be the new one" : "goes on working",
        ]),
      ),
      ...phases.flatMap(({ ids }, index) =>
        index === phases.length - 1
          ? []
          : [
              `End of phase ${index + 1}: in ${code(`pggit status --database "$DATABASE_URL" --json`)} ${code('"applied"')} must end with ${code(ids.at(-1) ?? "")}.`,
            ],
      ),
    ].join("\n\n");
  },
  "parallel-run": ({ plan }) =>
    list([
      `A second database is built from \`schema.sql\` (${plan.squash.statements.length} statements, ${plan.squash.proof.proven ? "proven equal to the history" : "NOT proven equal to the history"}) or by the steps above on a restored copy.`,
      "Logical replication carries the rows over: `CREATE PUBLICATION … FOR ALL TABLES` on the old, `CREATE SUBSCRIPTION … WITH (copy_data = true)` on the new; sequences are not replicated and are set by hand at the end.",
      "Both run side by side; the validation queries below are asked of both, and must agree, for the time that was agreed on.",
      "Switch: writes to the old are stopped, the lag is waited for (`SELECT pg_current_wal_lsn()` against `pg_stat_subscription.latest_end_lsn`: expected equal), sequences are set, the application is pointed to the new one.",
      "The old one stays, read-only, until the day of the clean-up: the way back is to point the application to it again (rows written since are lost, or replicated in the other direction).",
    ]),
};

function phasesOf(migrations: readonly PlanMigration[]): readonly { readonly ids: readonly string[]; readonly breaks: boolean }[] {
  const phases: { ids: string[]; breaks: boolean }[] = [];
  for (const { id, compatibility } of migrations) {
    const breaks = compatibility === "forward" || compatibility === "none";
    const current = phases.at(-1);
    if (current === undefined || current.breaks !== breaks) phases.push({ ids: [id], breaks });
    else current.ids.push(id);
  }
  return phases;
}
