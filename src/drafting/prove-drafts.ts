import type { EdgeCase } from "../model/edge-case.ts";
import type { Failure } from "../model/failure.ts";
import type { PlanMigration } from "../model/plan.ts";
import { hasWayBack } from "../model/rollback.ts";
import type { PlanContent } from "../plan/content-id.ts";

/** SQL that a model wrote in answer to a question; it parsed, and is of a kind that may be. */
export interface Draft {
  readonly edgeCase: EdgeCase;
  readonly sql: string;
}

/** What a conversion with drafts in it gave: its content, or why there is none, by the question where that is known. */
export type Tried =
  | { readonly kind: "converted"; readonly content: PlanContent }
  | { readonly kind: "failed"; readonly failures: readonly (Failure & { readonly question: string | null })[] };

export type Proven = { readonly kind: "proven"; readonly text: string } | { readonly kind: "failed"; readonly reason: string };

interface Proving {
  readonly before: { readonly content: PlanContent };
  readonly tryWith: (drafts: readonly Draft[]) => Promise<Tried>;
}

/** Executes drafts in the history: all together, and where that does not hold, each by itself. By the question that they answer. */
export async function proveDrafts(drafts: readonly Draft[], { before, tryWith }: Proving): Promise<ReadonlyMap<string, Proven>> {
  if (drafts.length === 0) return new Map();
  const together = judgeTried(await tryWith(drafts), drafts, before.content);
  if (drafts.length === 1 || [...together.values()].every(({ kind }) => kind === "proven")) return together;
  const alone = new Map<string, Proven>();
  for (const draft of drafts) for (const [id, proven] of judgeTried(await tryWith([draft]), [draft], before.content)) alone.set(id, proven);
  return alone;
}

function judgeTried(tried: Tried, drafts: readonly Draft[], before: PlanContent): ReadonlyMap<string, Proven> {
  return new Map(
    drafts.map((draft) => [
      draft.edgeCase.id,
      tried.kind === "failed" ? refusedBy(tried.failures, draft) : judgeDraft(draft, before, tried.content),
    ]),
  );
}

function refusedBy(failures: readonly (Failure & { readonly question: string | null })[], { edgeCase }: Draft): Proven {
  const own = failures.find(({ question }) => question === edgeCase.id) ?? failures[0];
  const seen = (own?.message ?? "the history does not run with it")
    .replace(/^The SQL for \S+ was tried and did not hold: /, "")
    .replace(/\s[^.?]*\?$/, "");
  return { kind: "failed", reason: `it was run, and did not hold: ${seen}` };
}

function judgeDraft({ edgeCase }: Draft, before: PlanContent, after: PlanContent): Proven {
  const failed = (reason: string): Proven => ({ kind: "failed", reason });
  const now = after.migrations.find(({ id }) => id === edgeCase.migration);
  if (now === undefined) return failed("the migration is not in the history any more");
  const own = now.up.find(({ outcome }) => outcome !== "done");
  if (own !== undefined && edgeCase.kind === "custom-code") return failed(`it was run, and did not hold: a statement ${own.outcome}`);
  const broken = newlyFailing(before, after);
  if (broken !== null) return failed(`with it, a statement of ${broken.id} does not run any more`);
  if (before.squash.proof.proven && !after.squash.proof.proven) return failed("with it, the squashed history is not proven equal any more");
  return edgeCase.kind === "custom-code" ? judgeProgram(now, after) : judgeWayBack(now);
}

function newlyFailing(before: PlanContent, after: PlanContent): PlanMigration | null {
  const failing = (migration: PlanMigration): number => migration.up.filter(({ outcome }) => outcome.startsWith("failed")).length;
  const known = new Map(before.migrations.map((migration) => [migration.id, failing(migration)]));
  return after.migrations.find((migration) => failing(migration) > (known.get(migration.id) ?? 0)) ?? null;
}

function judgeProgram({ up, rollback }: PlanMigration, { engine }: PlanContent): Proven {
  const ran = up.length === 1 ? "Its statement ran" : `Its ${up.length} statements ran`;
  const back = hasWayBack(rollback)
    ? `its way back is proven${rollback.status === "proven" ? "" : ` (${rollback.status.replace("proven-", "")})`}`
    : "it has no proven way back";
  const text = `${ran} on ${engine.postgres} where the program stands, everything behind it runs as before, and ${back}. That it does what the program does, only reading both can tell.`;
  return { kind: "proven", text };
}

function judgeWayBack({ rollback }: PlanMigration): Proven {
  const { status, origin, proof, reason, upLoses, check } = rollback;
  const own = [proof, ...rollback.rejected].find((one) => one?.origin === "model");
  if (own?.error !== null && own?.error !== undefined) return { kind: "failed", reason: "it was run, and fails" };
  if (!hasWayBack(rollback) || origin !== "model") {
    const [first] = own?.differences ?? [];
    const what = first === undefined ? (reason ?? "another way back is as good") : `not as before: ${first.identity} ${first.aspect}`;
    return { kind: "failed", reason: `it was run, and does not restore what was before: ${what}` };
  }
  const lossy =
    status === "proven-lossy"
      ? ` It does not bring back ${upLoses.map(({ table, what }) => `${table ?? "the database"}: ${what}`).join("; ")}.`
      : "";
  const conditional = check === null ? "" : " It holds where the data allow it; its check says so before it runs.";
  const rows = proof?.rows ?? 0;
  return {
    kind: "proven",
    text: `Run on ${proof?.engine ?? "the shadow"} with ${rows === 1 ? "1 row" : `${rows} rows`}, it restores what was before.${lossy}${conditional}`,
  };
}
