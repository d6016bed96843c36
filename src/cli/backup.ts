import { withTarget } from "../apply/apply-to-database.ts";
import { dropBackups, type Dropping } from "../apply/drop-backups.ts";
import { failed, inputFailure, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { count, sayBytes } from "../model/say-number.ts";
import type { RecordedBackup } from "../store/backups.ts";
import { runCommand } from "./command.ts";
import { alignColumns } from "./terminal.ts";

/** Flags of `backup drop`. */
export interface BackupFlags {
  readonly database?: string;
  /** ISO 8601. */
  readonly olderThan?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** `pggit backup drop`: removes prior backups by migration or name, those older than a date, or all. Gives the exit code. */
export async function runBackupDrop(ids: readonly string[], flags: BackupFlags): Promise<ExitCode> {
  const database = flags.database ?? process.env["PGDATABASE"];
  const { result, run } = await runCommand(flags, async ({ signal }) => {
    if (database === undefined) return failed(noDatabase);
    const which = chosenBy(ids, flags);
    if (which.kind === "failed") return which;
    const access = flags.dryRun === true ? ("read-only" as const) : ("read-write" as const);
    return withTarget({ database, access, signal }, (target) => dropBackups(target, which.value));
  });
  if (result.kind === "failed") return run.fail(result.failures);
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify({ dropped: flags.dryRun === true ? [] : result.value, found: result.value }, null, 2)}\n`);
  else if (flags.quiet !== true) process.stdout.write(render(result.value, flags));
  return 0;
}

/** `V7 public.people: 1,200 rows, 85 kB, 2026-11-25T16:40:12Z (pggit_migrate.backup_v7_people_0a1b2c3d)` */
export function sayBackup({ backup, migration, table, rows, bytes, takenAt }: RecordedBackup): string {
  const number = rows === null ? "" : `${count(rows)} ${rows === 1 ? "row" : "rows"}, `;
  return `${migration} ${table}: ${number}${sayBytes(bytes)}, ${takenAt ?? "not complete: its run was cut off"} (${backup})`;
}

function chosenBy(ids: readonly string[], { olderThan, all }: BackupFlags): Result<Dropping> {
  const ways = [ids.length > 0, olderThan !== undefined, all === true].filter((given) => given).length;
  if (ways !== 1) return failed(oneWay);
  if (olderThan === undefined) return ok(all === true ? { kind: "all" } : { kind: "named", ids });
  const moment = /^\d{4}-\d{2}-\d{2}(?:T.*)?$/.test(olderThan) ? new Date(olderThan) : new Date(NaN);
  return Number.isNaN(moment.getTime()) ? failed(noDate(olderThan)) : ok({ kind: "older", than: moment.toISOString() });
}

function render(found: readonly RecordedBackup[], { dryRun }: BackupFlags): string {
  if (found.length === 0) return "No such backup: nothing was dropped.\n";
  const title = dryRun === true ? "Would drop" : "Dropped";
  const bytes = found.reduce((sum, backup) => sum + backup.bytes, 0);
  const migrations = [...new Set(found.map(({ migration }) => migration))];
  const rows = found.map((backup, at) => [at === 0 ? title : "", sayBackup(backup)]);
  const consequence = `${dryRun === true ? "would free" : "freed"} ${sayBytes(bytes)}; going back past ${migrations.join(", ")} does not bring ${dryRun === true ? "their rows back then" : "these rows back any more"}`;
  return `${alignColumns([...rows, ["Space", consequence]]).join("\n")}\n`;
}

const noDatabase = inputFailure("wrong-use", "No database was named.", {
  location: "--database",
  hint: "Give --database URL (or host=… dbname=…, or a name), or set PGDATABASE.",
});

const oneWay = inputFailure("wrong-use", "It has to be said which backups go.", {
  location: "backup drop",
  hint: "Name migrations or backups (`pggit status` lists them), or give --older-than DATE, or --all: one of these.",
});

function noDate(given: string): Failure {
  return inputFailure("wrong-use", `"${given}" is no date.`, {
    location: "--older-than",
    hint: "Give it as 2026-11-30, or 2026-11-30T18:00:00Z.",
  });
}
