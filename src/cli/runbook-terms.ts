import { parseJson } from "../model/parse-json.ts";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { readRunbookSettings } from "../configuration/runbook-settings.ts";
import type { RunbookTerms } from "../export/runbook/terms.ts";
import type { Approach } from "../model/approach.ts";
import { failed, inputFailure, ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import type { ExportFileFlags } from "./export-file.ts";

export interface RunbookFlags extends ExportFileFlags {
  readonly from?: string;
  readonly downtime?: number;
  readonly approach?: Approach;
  readonly date?: string;
  readonly role?: Readonly<Record<string, string>>;
  readonly measured?: string;
  readonly config?: string;
}

/** What `apply --json` prints, as far as a runbook needs it. */
const rehearsal = z.object({ executed: z.array(z.object({ id: z.string(), seconds: z.number(), rows: z.number() })) });

/** Flags before the settings file of the project; a rehearsal and the first migration are checked against the plan. */
export async function readRunbookTerms(
  plan: Plan,
  { planName, project }: { readonly planName: string; readonly project: string },
  flags: RunbookFlags,
): Promise<Result<RunbookTerms>> {
  const settings = await readRunbookSettings(project, flags, { cwd: process.cwd(), env: process.env });
  if (settings.kind === "failed") return settings;
  const measured = await readRehearsal(flags.measured);
  if (measured.kind === "failed") return measured;
  const from = flags.from ?? null;
  if (from !== null && !plan.migrations.some(({ id }) => id === from)) {
    return failed(
      inputFailure("wrong-use", `The plan has no migration ${from}.`, {
        location: "--from",
        hint: "Give the id of one, such as the first that `pggit status --database URL` lists as pending.",
      }),
    );
  }
  const { approach, downtimeMinutes, roles, lockTimeoutSeconds, lockRetries } = settings.value;
  return ok({
    planName,
    from,
    approach: flags.approach ?? approach ?? "big-bang",
    downtimeMinutes: flags.downtime ?? downtimeMinutes,
    roles: { ...roles, ...flags.role },
    date: flags.date ?? null,
    measured: measured.value,
    lockTimeoutSeconds,
    lockRetries,
  });
}

async function readRehearsal(file: string | undefined): Promise<Result<RunbookTerms["measured"]>> {
  if (file === undefined) return ok(new Map());
  const parsed = rehearsal.safeParse(parseJson(await readFile(file, "utf8")));
  if (!parsed.success) {
    return failed(
      inputFailure("wrong-use", "It is not what `pggit apply --json` prints.", {
        location: file,
        hint: "Run `pggit apply PLAN --database URL --shadow-mode --json > rehearsal.json` and give that file.",
      }),
    );
  }
  return ok(new Map(parsed.data.executed.map(({ id, seconds, rows }) => [id, { seconds, rows }])));
}
