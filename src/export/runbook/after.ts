import type { PlanMigration } from "../../model/plan.ts";
import { hasWayBack, type Loss } from "../../model/rollback.ts";
import { sayCheck, shellWord } from "./before.ts";
import { validationChecks } from "./checks.ts";
import { block, checklist, code, list, plain, table } from "./markdown.ts";
import type { RunScope } from "./scope.ts";
import { roleMeaning, usualRoles } from "./terms.ts";

/** Queries whose answers say that it is done. */
export function validation(scope: RunScope): string {
  const { terms } = scope;
  return [
    block("sh", `pggit status --database "$DATABASE_URL" --plan ${shellWord(terms.planName)} --json`),
    'Expected: `"state": "head"`, `"pending": []`, `"drift": []`, exit code 0. It compares the whole catalog with what the history gives.',
    ...validationChecks(scope).map(sayCheck),
  ].join("\n\n");
}

/** The ways back: at once, planned, after a day; of each step, and of the whole. */
export function rollback(scope: RunScope): string {
  const { migrations, terms, plan } = scope;
  const first = plan.migrations[plan.migrations.findIndex(({ id }) => id === migrations[0]?.id) - 1]?.id ?? null;
  const barrier = migrations.findLast(({ rollback }) => !hasWayBack(rollback));
  const back = (id: string): string => `pggit rollback --database "$DATABASE_URL" --to ${shellWord(id)}`;
  const whole =
    barrier !== undefined
      ? `As a whole: pggit goes back to ${code(barrier.id)} and stops there (exit code 4): ${plain(barrier.rollback.reason ?? barrier.rollback.status)}. Behind it only the backup leads back.`
      : first === null
        ? `As a whole: ${code(`pggit rollback --database "$DATABASE_URL" --to-original-state`)} removes all that pggit brought; it shows the rows that would go, and asks.`
        : `As a whole: ${code(back(first))}.`;
  return [
    list([
      "**At once** (a step failed, or minutes after it): a step that fails in its transaction has changed nothing; run the same command again when the cause is gone. A step that is done is taken back by its own rollback below; only what it lists as lost is lost.",
      "**Planned** (hours later, the application already writes): stop writes to the tables concerned first; run the condition where one is given; then the rollback. Rows that were written since, in what the step made, go.",
      `**After a day**: the rows written since weigh more than the change. Repair forward, with a new migration, where that is possible; else restore the backup beside the database and carry over what was written since. ${terms.approach === "parallel-run" ? "With a parallel run: point the application to the old database again." : "Point-in-time recovery loses everything since its point, in all tables."}`,
    ]),
    whole,
    table(
      ["Step", "Migration", "Status", "Back to before it", "Lost by going back", "Condition"],
      migrations.map((migration, index) => [
        String(index + 1),
        code(migration.id),
        migration.rollback.status,
        wayBack(migration, { previous: migrations[index - 1]?.id ?? first, back }),
        losses([...migration.rollback.upLoses, ...migration.rollback.downLoses]),
        migration.rollback.check === null ? "" : code(`${migration.rollback.check} → no row`),
      ]),
    ),
    "A status was earned by executing it (docs/formats.md). `proven-lossy`: the definitions come back, what is named does not.",
  ].join("\n\n");
}

function wayBack(
  { rollback }: PlanMigration,
  { previous, back }: { readonly previous: string | null; readonly back: (id: string) => string },
): string {
  if (!hasWayBack(rollback)) return "the backup";
  return previous === null ? code('pggit rollback --database "$DATABASE_URL" --to-original-state') : code(back(previous));
}

function losses(list_: readonly Loss[]): string {
  return list_
    .map(({ what, table: name, columns }) =>
      plain(`${what}${name === null ? "" : ` (${name}${columns.length === 0 ? "" : `: ${columns.join(", ")}`})`}`),
    )
    .join("; ");
}

/** By what one sees that the change succeeded. */
export function success({ migrations, plan, terms }: RunScope): string {
  return checklist([
    `\`pggit apply\` ended with exit code 0 and \`"stoppedAt": null\`, ${migrations.length} migrations executed or recorded.`,
    `The schema is at version ${plan.summary.version}; every validation query gave the expected answer.`,
    terms.downtimeMinutes === null
      ? "The application was away no longer than was agreed (not said here)."
      : terms.downtimeMinutes === 0
        ? "The application was never away."
        : `The application was away for at most ${terms.downtimeMinutes} min.`,
    "The application's own tests passed against the database; its error rate an hour later is that of an hour before.",
    "Replicas have caught up; no session waits for a lock.",
  ]);
}

/** From a week before to a week after. */
export function timeline({ terms, migrations }: RunScope): string {
  const lossy = migrations.some(({ rollback: { upLoses } }) => upLoses.length > 0);
  const rows: readonly (readonly [number, string, string])[] = [
    [-7, "The plan is reviewed and approved; open questions are decided; those who read the tables are told", "decides"],
    [-5, "Rehearsal on a copy with the real rows; its durations are taken into this page (`--measured`)", "executes"],
    [-2, "The backup is restored somewhere; the checks are run once, what they find is corrected", "executes"],
    [-1, "`pggit status`: no drift; go or no go", "decides"],
    [0, "Backup, checks, steps, validation, decision to stay or to go back", "executes"],
    [1, "Error rates, slow queries and replicas are looked at; from now on the third tier of the rollback holds", "watches"],
    [3, "Autovacuum has been at the tables concerned; the plans of their most frequent queries are looked at", "watches"],
    [
      7,
      `Clean-up: ${lossy ? "the dumps of single tables and " : ""}copies made for this night are deleted (personal data), columns and tables kept for the way back are dropped by a new migration`,
      "executes",
    ],
  ];
  return table(
    ["When", "What", "Who"],
    rows.map(([days, what, role]) => [when(days, terms.date), what, terms.roles[role] === undefined ? role : plain(terms.roles[role])]),
  );
}

function when(days: number, date: string | null): string {
  const relative = days === 0 ? "the night" : `${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"} ${days < 0 ? "before" : "after"}`;
  if (date === null) return relative;
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return `${day.toISOString().slice(0, 10)} (${relative})`;
}

/** What may happen, and what to do then. */
export function troubleshooting({ terms }: RunScope): string {
  return table(
    ["Seen", "Cause", "What to do"],
    [
      [
        `\`SQLSTATE 55P03\`, exit code 1 or 6`,
        `a lock was not free within ${terms.lockTimeoutSeconds} s, ${terms.lockRetries + 1} times`,
        "find who holds it: `SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0`; run the same command again",
      ],
      [
        "`SQLSTATE 57014`",
        "`apply.statementTimeoutSeconds` ran out, or somebody cancelled",
        "raise it, or take the order without waiting; run the same command again",
      ],
      [
        "`SQLSTATE 53100`",
        "the disk is full: a rewrite needs the table's size once more",
        "make room; the failed step has changed nothing",
      ],
      [
        "`SQLSTATE 23502`, `23503`, `23505`, `23514`",
        "rows do not fit the new rule: a check above was not clean",
        "correct the rows, run the check and then the same command again",
      ],
      ["exit code 3", "a question is open", "`pggit review`, or `pggit decide`"],
      [
        "exit code 4",
        "refused: drift, another run, changed files, or a way back that is not proven",
        "read what it says; nothing was changed",
      ],
      ["exit code 6", "stopped part-way; what is done stands with its record", "run the same command again: it goes on where it stopped"],
      [
        "the terminal or the connection was lost",
        "the server rolled the open transaction back",
        "run the same command again; a statement outside of transactions is settled first",
      ],
      ["an index stays INVALID", "CREATE INDEX CONCURRENTLY was cut off", "run the same command again: it is dropped and built anew"],
    ],
  );
}

const blank = "……………………";

/** Who stands for what. */
export function signOff({ terms, plan }: RunScope): string {
  const roles = [...new Set([...usualRoles, ...Object.keys(terms.roles)])];
  const approvals = plan.approvals.map(({ as, role, at }) => [
    plain(role ?? "approval of the plan"),
    plain(as),
    "approved the plan",
    plain(at),
  ]);
  return table(
    ["Role", "Name", "Stands for", "Signature, date"],
    [...roles.map((role) => [plain(role), plain(terms.roles[role] ?? blank), roleMeaning[role] ?? "", blank]), ...approvals],
  );
}
