import type { Command } from "commander";
import { registerExportGit } from "./export-git.ts";
import { registerExportReport } from "./export-report.ts";
import { registerExportSql } from "./export-sql.ts";

/** One file per kind of output: each registers `pggit export KIND` and imports what it runs only when it runs. */
const kinds: readonly ((parent: Command) => void)[] = [registerExportGit, registerExportSql, registerExportReport];

/** `pggit export git|sql|report|runbook [PLAN]`: the outputs of a conversion, one by one. */
export function registerExport(program: Command): void {
  const parent = program.command("export").description("write one output of a plan: a git repository, SQL files, a report, a runbook");
  for (const register of kinds) register(parent);
}
