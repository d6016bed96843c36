import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { AgainFlags } from "../configuration/plan-request.ts";
import { casesOf, choose } from "../decisions/choose.ts";
import { keepDataChoice } from "../decisions/keep-data.ts";
import { recordDecisions, withdrawDecisions, type NewDecision } from "../decisions/record-decision.ts";
import { saveDecisions } from "../decisions/save-decisions.ts";
import { ofADatabase } from "../decisions/take-decisions.ts";
import { failed, inputFailure, ok, type ExitCode, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import type { Verdict } from "../review/verdict.ts";
import { runCommand, type CommandRun } from "./command.ts";
import { personHere } from "./person.ts";
import { openPlan, type OpenedPlan } from "./reconvert.ts";
import { settle } from "./settle.ts";
import { counted, hang, screenOf, type Style } from "./terminal.ts";
import { sayOthers, whileInUse } from "./while-in-use.ts";

/** Flags of `decide`. */
export interface DecideFlags extends AgainFlags {
  readonly sql?: string;
  readonly with?: readonly string[];
  readonly reason?: string;
  readonly as?: string;
  readonly undo?: boolean;
}

interface Named {
  readonly plan: string;
  readonly id: string;
  readonly choice: string | null;
}

interface Decided {
  readonly plan: Plan;
  readonly choice: string;
  readonly by: string;
  readonly ids: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** `pggit decide`: one decision, proven and kept. Gives the exit code: 3 while other questions are open. */
export async function runDecide(named: Named, flags: DecideFlags): Promise<ExitCode> {
  const { result, run } = await runCommand(flags, (command) => decide(named, flags, command));
  if (result.kind === "failed") return run.fail(result.failures);
  const { plan, choice, by, ids, verdicts } = result.value;
  const open = plan.edgeCases.filter(({ decision }) => decision === null).length;
  if (flags.json === true) {
    const edgeCases = { open, decided: plan.edgeCases.length - open };
    const { contentId, decisionsId } = plan;
    process.stdout.write(
      `${JSON.stringify({ plan: named.plan, decided: ids, choice, by, verdicts, edgeCases, contentId, decisionsId }, null, 2)}\n`,
    );
  } else if (flags.quiet !== true) {
    process.stdout.write(
      render(result.value, { ...screenOf(process.stdout, flags.color === false ? "never" : "auto"), open, file: named.plan }),
    );
  }
  return open > 0 ? 3 : 0;
}

async function decide({ plan: file, id, choice }: Named, flags: DecideFlags, { progress, signal }: CommandRun): Promise<Result<Decided>> {
  if ((choice === null) === (flags.undo !== true)) return failed(choiceOrUndo);
  const opened = await openPlan(file);
  if (opened.kind === "failed") return opened;
  const by = await personHere(flags.as);
  const at = new Date().toISOString();
  return whileInUse(opened.value.folder, { command: "decide", by }, async (others) => {
    for (const line of sayOthers(others)) progress.warn(line);
    const sql = flags.sql === undefined ? ok(null) : await readSql(flags.sql);
    if (sql.kind === "failed") return sql;
    const { plan } = opened.value;
    const chosen =
      choice === null
        ? withdrawn(opened.value, id)
        : choose(plan, { id, choice, sql: sql.value, with: flags.with ?? [], by, at, reason: flags.reason ?? null });
    if (chosen.kind === "failed") return chosen;
    const decided = { choice: choice ?? "undo", by, ids: chosen.value.map((one) => one.id) };
    const settled = await keep(opened.value, { chosen: chosen.value, choice, flags, progress, signal });
    return settled.kind === "failed" ? settled : ok({ ...decided, ...settled.value });
  });
}

interface Keeping {
  readonly chosen: readonly Pick<NewDecision, "id" | "migration" | "content">[];
  readonly choice: string | null;
  readonly flags: DecideFlags;
  readonly progress: CommandRun["progress"];
  readonly signal: AbortSignal;
}

async function keep(
  opened: OpenedPlan,
  { chosen, choice, flags, progress, signal }: Keeping,
): Promise<Result<Pick<Decided, "plan" | "verdicts">>> {
  const { text } = opened.decisions;
  const next = choice === null ? (withdrawDecisions(text, chosen) ?? "") : recordDecisions(text, chosen as readonly NewDecision[]);
  // What is to be saved is proven like anything else.
  if (
    choice !== keepDataChoice &&
    chosen.every(({ id }) => ofADatabase.test(id) && !opened.plan.edgeCases.some((edgeCase) => edgeCase.id === id))
  ) {
    // The run on that database takes it; there is nothing here that could prove it.
    const saved = await saveDecisions(opened.folder, { was: opened.decisions, text: next });
    return saved.kind === "failed" ? saved : ok({ plan: opened.plan, verdicts: [] });
  }
  const settled = await settle(opened, { text: next, decided: chosen, flags, progress, signal });
  return settled.kind === "failed" ? settled : ok({ plan: settled.value.opened.plan, verdicts: settled.value.verdicts });
}

function withdrawn({ plan, decisions }: OpenedPlan, id: string): Result<readonly Pick<NewDecision, "id" | "migration" | "content">[]> {
  const named = [...casesOf(plan, id), ...plan.edgeCases.filter(({ migration }) => migration === id)].map((one) => one.id);
  const found = decisions.decisions.filter((one) => one.id === id || named.includes(one.id));
  if (found.length > 0) return ok(found);
  const hint = "decisions.yaml has what was decided.";
  return failed(inputFailure("unknown-decision", `There is no decision on ${id} to take back.`, { location: decisions.path, hint }));
}

async function readSql(file: string): Promise<Result<string>> {
  try {
    return ok(file === "-" ? await readAll(process.stdin) : await readFile(file, "utf8"));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return failed(
      inputFailure("cannot-read", `The SQL cannot be read: ${String(error.code)}.`, {
        location: file,
        hint: "Give a file, or - for standard input.",
      }),
    );
  }
}

const choiceOrUndo = inputFailure("wrong-use", "A decision needs a choice, or --undo to take one back.", {
  location: null,
  hint: "pggit decide PLAN ID CHOICE; edge-cases.yaml lists the choices of each edge case.",
});

interface Screen {
  readonly style: Style;
  readonly width: number;
  readonly open: number;
  readonly file: string;
}

function render({ ids, choice, by, plan, verdicts }: Decided, { style, width, open, file }: Screen): string {
  const rows: readonly (readonly [label: string, said: string])[] = [
    ["Decided", `${ids.join(", ")}: ${choice}, by ${by}`],
    ...verdicts.flatMap(({ migration, lines }) =>
      lines.map((line, index): [string, string] => [index === 0 ? (migration ?? "History") : "", line]),
    ),
    ["Open", `${open === 0 ? "none" : open} of ${counted(plan.edgeCases.length, "question")}`],
    ["Plan", file],
  ];
  const column = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = rows.flatMap(([label, said]) => hang(label.padEnd(column), said, width));
  return `${lines.map((line) => line.replace(/^\S+/, (label) => style.bold(label))).join("\n")}\n`;
}
