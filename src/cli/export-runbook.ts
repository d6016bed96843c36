import { type Command, InvalidArgumentError, Option } from "commander";
import { approachNames } from "../model/approach.ts";
import type { RunbookFlags } from "./runbook-terms.ts";
import { collectPair } from "./options.ts";

/** `pggit export runbook [PLAN]`: Markdown for the night of the change. */
export function registerExportRunbook(parent: Command): void {
  parent
    .command("runbook")
    .description("Markdown for the night of the change: checks, steps with locks, validation, ways back, timeline, sign-off")
    .argument("[plan]", "the plan file (default: the newest in pggit/)")
    .option("--from <migration>", "the first migration that still has to run (default: all are listed)")
    .option("--downtime <minutes>", "for how long the application may be away; 0: not at all", minutes)
    .addOption(new Option("--approach <approach>", "how it is carried out as a whole (default: big-bang)").choices(approachNames))
    .option("--date <date>", "the night of the change, YYYY-MM-DD, for the dates of the timeline", day)
    .option("--role <role=name>", "who signs for what (executes, watches, application, decides, or your own); repeatable", collectPair)
    .option("--measured <file>", "durations of a rehearsal: what pggit apply --shadow-mode --json printed")
    .option("--to <file>", "the file to write (default: runbook.md beside the plan)")
    .option("--out <dir>", "where the newest plan is looked for (default: pggit)")
    .option("--config <file>", "the settings file (default: pggit.yaml)")
    .option("--json", "one JSON document on standard output, nothing else")
    .option("--quiet", "print nothing")
    .option("--no-color", "no colour, on a terminal too")
    .action(async (plan: string | undefined, flags: RunbookFlags) => {
      const [{ exportFile }, { renderRunbook, runbookMark }, { readRunbookTerms }, { loadParser }, { ok }] = await Promise.all([
        import("./export-file.ts"),
        import("../export/runbook/render-runbook.ts"),
        import("./runbook-terms.ts"),
        import("../sql/parser.ts"),
        import("../model/failure.ts"),
      ]);
      process.exitCode = await exportFile(plan, flags, {
        kind: "runbook",
        name: "runbook.md",
        mark: runbookMark,
        async render(read, file) {
          const terms = await readRunbookTerms(read, { planName: file, project: "." }, flags);
          if (terms.kind === "failed") return terms;
          await loadParser();
          return ok(renderRunbook(read, terms.value));
        },
      });
    });
}

function minutes(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError("It takes a number of minutes, 0 or more.");
  return number;
}

function day(value: string): string {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  if (parsed === null || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value) {
    throw new InvalidArgumentError("It takes a date as YYYY-MM-DD.");
  }
  return value;
}
