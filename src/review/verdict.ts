import type { EdgeCase } from "../model/edge-case.ts";
import type { Plan, PlanMigration } from "../model/plan.ts";

/** What was seen when decisions were run, a line each. */
export interface Verdict {
  readonly migration: string | null;
  readonly lines: readonly string[];
}

type Judged = Pick<Plan, "migrations" | "squash" | "edgeCases" | "engine">;

const STATUS: Readonly<Record<PlanMigration["rollback"]["status"], string>> = {
  proven: "is proven",
  "proven-conditional": "is proven, if the data allow it",
  "proven-lossy": "is proven, and loses data",
  irreversible: "does not exist",
  unproven: "is not proven",
};

/** What became of the migrations that decisions are about: whether they run, what their way back does, how sure it is now, and what is asked anew. */
export function verdictsOf(before: Judged, after: Judged, decided: readonly Pick<EdgeCase, "id" | "migration">[]): readonly Verdict[] {
  const migrations = [...new Set(decided.map(({ migration }) => migration))];
  const verdicts = migrations.map((id) => ({ migration: id, lines: id === null ? wholeHistory(after) : ofMigration(id, before, after) }));
  const asked = newQuestions(before, after);
  return asked.length === 0 ? verdicts : [...verdicts, { migration: null, lines: asked }];
}

function ofMigration(id: string, before: Judged, after: Judged): readonly string[] {
  const now = after.migrations.find((migration) => migration.id === id);
  const was = before.migrations.find((migration) => migration.id === id);
  if (now === undefined) {
    const left = before.migrations.filter((one) => !after.migrations.some((other) => other.id === one.id)).map((one) => one.id);
    return [
      left.length === 0 ? "left out of the converted history" : `${left.join(", ")} left out of the converted history`,
      `the other ${after.migrations.length} migrations run without it`,
      squashLine(after),
    ];
  }
  return [statementsLine(now), wayBackLine(now), squashLine(after), confidenceLine(was, now)];
}

function statementsLine({ up }: PlanMigration): string {
  const failed = up.find(({ outcome }) => outcome.startsWith("failed"));
  if (failed !== undefined) return `a statement ${failed.outcome}`;
  const ran = up.filter(({ outcome }) => outcome === "done").length;
  return ran === up.length
    ? `${ran} of ${up.length} statements ran`
    : `${ran} of ${up.length} statements ran, the others are kept as they are`;
}

function backupWords({ backup, noBackup }: PlanMigration["rollback"]): string {
  if (noBackup !== undefined) return `; nothing is saved: ${noBackup}`;
  return backup === undefined ? "" : `, with a prior backup of ${backup.tables.map(({ table }) => table).join(", ")}`;
}

function wayBackLine({ rollback }: PlanMigration): string {
  const { status, origin, proof, reason } = rollback;
  const whose = origin === null ? "" : ` (${origin})`;
  const how =
    proof === null || status === "irreversible"
      ? ""
      : `, tried on ${proof.engine} with ${proof.rows === 1 ? "1 row" : `${proof.rows} rows`}`;
  const why = reason === null ? "" : `: ${reason}`;
  return `its way back${whose} ${STATUS[status]}${how}${why}${backupWords(rollback)}`;
}

function squashLine({ squash: { proof } }: Judged): string {
  return proof.proven ? "the squashed history gives the same catalog and seed rows" : "the squashed history is not proven equal";
}

function confidenceLine(was: PlanMigration | undefined, now: PlanMigration): string {
  const { confidence } = now.understanding;
  const old = was?.understanding.confidence;
  return old === undefined || old === confidence ? `confidence ${confidence}` : `confidence ${confidence}, was ${old}`;
}

function wholeHistory(after: Judged): readonly string[] {
  return [`${after.migrations.length} migrations, proven on ${after.engine.postgres}`, squashLine(after)];
}

function newQuestions(before: Judged, after: Judged): readonly string[] {
  const known = new Set(before.edgeCases.map(({ id }) => id));
  return after.edgeCases
    .filter(({ id, decision }) => decision === null && !known.has(id))
    .map(({ id, title }) => `asked anew: ${id}, ${title}`);
}
