import { dirname, join } from "node:path";
import { writeOutput } from "../export/write-output.ts";
import type { ExitCode, Result } from "../model/failure.ts";
import { failed, ok } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { readPlan } from "../plan/read-plan.ts";
import { findPlan } from "./find-plan.ts";
import { printFailures } from "./print-failures.ts";

/** Flags that every output which is one file has. */
export interface ExportFileFlags {
  /** The file to write; beside the plan where none is named. */
  readonly to?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** One kind of output: its usual name, the mark near its beginning by which pggit knows its own, and its text. */
export interface FileOutput {
  readonly kind: "report" | "runbook";
  readonly name: string;
  readonly mark: string;
  /** `file` is the plan as the user would type it. */
  readonly render: (plan: Plan, file: string) => Promise<Result<string>>;
}

/** Reads the plan (the newest of the output folder where none is named), writes the output, and says where. Gives the exit code. */
export async function exportFile(plan: string | undefined, flags: ExportFileFlags, output: FileOutput): Promise<ExitCode> {
  const written = await write(plan, flags, output);
  if (written.kind === "failed") return printFailures(written.failures, flags);
  const { file, bytes } = written.value;
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ [output.kind]: file, bytes }, null, 2)}\n`);
  else if (flags.quiet !== true) process.stdout.write(`wrote  ${file}  ${sayBytes(bytes)}\n`);
  return 0;
}

async function write(
  plan: string | undefined,
  flags: ExportFileFlags,
  { name, mark, render }: FileOutput,
): Promise<Result<{ readonly file: string; readonly bytes: number }>> {
  const found = await findPlan({ ...(plan === undefined ? {} : { plan }), ...(flags.out === undefined ? {} : { out: flags.out }) });
  if (found.kind === "failed") return found;
  const read = await readPlan(found.value);
  if (read.kind === "failed") return read;
  const text = await render(read.value, found.value);
  if (text.kind === "failed") return text;
  const file = flags.to ?? join(dirname(found.value), name);
  const written = await writeOutput(file, { text: text.value, mark });
  return written.kind === "failed" ? failed(...written.failures) : ok({ file, bytes: Buffer.byteLength(text.value) });
}

function sayBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
