#!/usr/bin/env node
import "./v8-flags.ts";
import { Command, CommanderError, Option } from "commander";
import type { MigrateFlags } from "../configuration/resolve-request.ts";
import type { TargetFlags } from "./apply-flags.ts";
import type { ApproveFlags } from "./approve.ts";
import type { BackupFlags } from "./backup.ts";
import type { DecideFlags } from "./decide.ts";
import type { ReviewFlags } from "./review.ts";
import type { RollbackFlags } from "./rollback.ts";
import type { Failure } from "../model/failure.ts";
import { collect, collectPair, wholeNumber } from "./options.ts";
import { registerExport } from "./export.ts";
import { registerHistoryCommands } from "./history-commands.ts";
import { fileSystemFailure } from "./file-system-failure.ts";
import { printFailures } from "./print-failures.ts";
import { programVersion } from "./program-version.ts";

// The commands are imported when they run, so that `--version` and `--help` answer at once.

const program = new Command("pggit")
  .description("Turns the migration history of a PostgreSQL project into one proven history.")
  .version(programVersion())
  .exitOverride()
  // Wrong use is told in the form of every other error.
  .configureOutput({ outputError: () => {} });

program
  .command("migrate")
  .description("detect, read, replay, analyse, prove; write the plan and the files")
  .argument("[dir]", "the folder of the project or of its migrations", ".")
  .addOption(
    new Option("--source <tool>", "the source tool").choices(["flyway", "liquibase", "rails", "alembic", "django", "sqitch", "sql"]),
  )
  .option("--auto-detect", "find the source tool (the default)")
  .option("--location <path>", "where the migrations are, in the tool's own form; repeatable", collect)
  .option("--placeholder <name=value>", "a Flyway placeholder or psql variable; repeatable", collectPair)
  .option("--schema <name>", "a schema that the tool manages, default first; repeatable", collect)
  .option("--changelog <file>", "the root changelog (Liquibase)")
  .option("--context <name>", "a context that runs; repeatable", collect)
  .option("--label <name>", "a label that runs; repeatable", collect)
  .option("--environment <name>", "the environment or profile whose settings count")
  .option("--assume <name=value>", "a fact that the files do not tell (environment variable, tool version); repeatable", collectPair)
  .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
  .option("--shadow-disposable", "the shadow server is one's own: cluster-wide statements may run there")
  .option("--database <url>", "compare with this database, and do what docs/cli.md allows: a URL, host=… dbname=…, or a name")
  .option("--dry-run", "open the database read-only, and say what would be done there")
  .option("--require-confirmation", "ask before anything is written to the database")
  .option("--yolo", "ask nothing")
  .option("--manual-mode", "make every migration a question; nothing is written to the database until each is decided")
  .option("--fix-edge-case <id>", "settle an edge case, or those of a migration (V47): on a terminal in a review, else they are listed")
  .option("--record-only", "write the record to the database, run no migration")
  .option("--require-approvals <n>", "refuse unless so many people approved the plan as it stands", wholeNumber)
  .option("--no-stamp", "do not enter migrations in the source tool's own table")
  .option("--shadow-mode", "do it to a throwaway copy of the database instead")
  .option("--backup-limit <megabytes>", "ask where prior backups will take more than this (default: 1000)", wholeNumber)
  .option("--same-major", "compare on a shadow of the database's own major version only")
  .option("--rollback", "with --to-original-state: as `pggit rollback`, with the newest plan of the output folder")
  .option("--to-original-state", "see --rollback")
  .option("--ai", "let the configured language model help with what rules cannot do")
  .option("--ai-preview", "list exactly what --ai would send; nothing is sent, and nothing written")
  .option("--ai-send-literals", "with --ai: send literals as they are (secrets never)")
  .option("--out <dir>", "where plan and files are written (default: pggit)")
  .addOption(new Option("--stop-after <stage>", "end early; nothing is written").choices(["read", "replay", "prove"]))
  .option("--keep-data", "save rows and values before a migration destroys them, so that its rollback puts them back")
  .option("--no-row-proof", "prove rollbacks on the rows of the history alone: quicker, and trusted less")
  .option("--no-cache", "prove everything anew, and keep nothing in .pggit/cache")
  .option("--config <file>", "the settings file (default: pggit.yaml in the folder)")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no progress, no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (dir: string, flags: MigrateFlags & RollbackFlags & { rollback?: boolean }) => {
    if (flags.rollback === true) {
      const { runRollback } = await import("./rollback.ts");
      process.exitCode = await runRollback(flags);
      return;
    }
    const { runMigrate } = await import("./migrate.ts");
    process.exitCode = await runMigrate(dir, flags);
  });

program
  .command("apply")
  .description("bring a database to the head of a plan, whatever of it is there already")
  .argument("<plan>", "a migration_plan_*.json with its files beside it")
  .option("--database <url>", "the database: a URL, host=… dbname=…, or a name (default: PGDATABASE)")
  .option("--dry-run", "look and say what would be done; the database is opened read-only")
  .option("--require-confirmation", "ask before anything is written")
  .option("--yolo", "ask nothing")
  .option("--record-only", "write the record, run no migration")
  .option("--require-approvals <n>", "refuse unless so many people approved the plan as it stands", wholeNumber)
  .addOption(new Option("--expect <state>", "fail (4) where the database is in another state").choices(["empty", "partial", "head"]))
  .option("--no-stamp", "do not enter migrations in the source tool's own table")
  .option("--shadow-mode", "do it to a throwaway copy of the database instead")
  .option("--backup-limit <megabytes>", "ask where prior backups will take more than this (default: 1000)", wholeNumber)
  .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
  .option("--shadow-disposable", "the shadow server is one's own: cluster-wide statements may run there")
  .option("--same-major", "compare on a shadow of the database's own major version only")
  .option("--placeholder <name=value>", "a psql variable that stands for a secret in the files; repeatable", collectPair)
  .option("--config <file>", "the settings file (default: pggit.yaml)")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no progress, no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (plan: string, flags: TargetFlags) => {
    const { runApply } = await import("./apply.ts");
    process.exitCode = await runApply(plan, flags);
  });

program
  .command("rollback")
  .description("take migrations back by their proven ways, or remove all that pggit brought")
  .option("--database <url>", "the database: a URL, host=… dbname=…, or a name (default: PGDATABASE)")
  .option("--to <migration>", "go back to right behind this migration, which stays")
  .option("--to-original-state", "go back to what was before pggit came, and remove its record")
  .option("--plan <file>", "the plan (default: the newest in pggit/)")
  .option("--dry-run", "say what would be done and lost; the database is opened read-only")
  .option("--require-confirmation", "ask before anything is changed")
  .option("--yolo", "ask nothing")
  .option("--no-stamp", "leave the source tool's own table alone")
  .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
  .option("--config <file>", "the settings file (default: pggit.yaml)")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no progress, no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (flags: RollbackFlags) => {
    const { runRollback } = await import("./rollback.ts");
    process.exitCode = await runRollback(flags);
  });

program
  .command("status")
  .description("where a database stands: applied, pending, drift, branch, last run")
  .option("--database <url>", "the database: a URL, host=… dbname=…, or a name")
  .option("--plan <file>", "the plan (default: the newest in pggit/)")
  .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
  .option("--same-major", "compare on a shadow of the database's own major version only")
  .option("--config <file>", "the settings file (default: pggit.yaml)")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no progress, no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (flags: TargetFlags & { plan?: string }) => {
    const { runStatus } = await import("./status.ts");
    process.exitCode = await runStatus(flags);
  });

program
  .command("backup")
  .description("the rows that were saved before migrations destroyed them")
  .command("drop")
  .description("remove prior backups; going back past their migrations does not bring those rows back any more")
  .argument("[id...]", "migrations, or names of backups as `pggit status` lists them")
  .option("--database <url>", "the database: a URL, host=… dbname=…, or a name (default: PGDATABASE)")
  .option("--older-than <date>", "all that were taken before: 2026-11-30, or 2026-11-30T18:00:00Z")
  .option("--all", "all of them")
  .option("--dry-run", "say which would go; the database is opened read-only")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (ids: string[], flags: BackupFlags) => {
    const { runBackupDrop } = await import("./backup.ts");
    process.exitCode = await runBackupDrop(ids, flags);
  });

converting(
  program
    .command("review")
    .description("go through the open questions of a plan on the terminal; decisions are saved as they are made")
    .argument("[plan]", "a migration_plan_*.json (default: the newest in pggit/)")
    .option("--as <name>", "who decides (default: git's user.name, else the user of the system)")
    .option("--out <dir>", "where the newest plan is looked for (default: pggit)"),
)
  .option("--no-color", "no colour")
  .action(async (plan: string | undefined, flags: ReviewFlags) => {
    const { runReviewCommand } = await import("./review.ts");
    process.exitCode = await runReviewCommand(plan, flags);
  });

converting(
  program
    .command("decide")
    .description("one decision without a terminal; what it changes is run and proven before it is kept")
    .argument("<plan>", "the newest migration_plan_*.json of its folder")
    .argument("<id>", "an edge case, or a migration: all of its open cases")
    .argument("[choice]", "one that the edge case lists: keep, use-suggestion, edit, exclude, extract, branch=NAME, …")
    .option("--sql <file>", "with edit: the SQL that is to stand there; - is standard input")
    .option("--with <migration>", "with exclude: a migration that is left out as well; repeatable", collect)
    .option("--reason <text>", "why")
    .option("--as <name>", "who decides (default: git's user.name, else the user of the system)")
    .option("--undo", "take the decision back; the question is open again"),
)
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no progress, no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (plan: string, id: string, choice: string | undefined, flags: DecideFlags) => {
    const { runDecide } = await import("./decide.ts");
    process.exitCode = await runDecide({ plan, id, choice: choice ?? null }, flags);
  });

program
  .command("approve")
  .description("approve a plan as it stands: its content and its decisions")
  .argument("<plan>", "a migration_plan_*.json")
  .requiredOption("--as <name>", "who approves")
  .option("--role <role>", "in which role: dba, lead, …")
  .option("--json", "one JSON document on standard output, nothing else")
  .option("--quiet", "no report")
  .option("--no-color", "no colour, on a terminal too")
  .action(async (plan: string, flags: ApproveFlags) => {
    const { runApprove } = await import("./approve.ts");
    process.exitCode = await runApprove(plan, flags);
  });

program
  .command("init")
  .description("write a commented pggit.yaml; with a name, a folder with migrations/, decisions.yaml and overrides/")
  .argument("[name]", "the folder to make")
  .option("--json", "one JSON document on standard output")
  .action(async (name: string | undefined, flags: { json?: boolean }) => {
    const { initialize } = await import("./init.ts");
    const result = await initialize(process.cwd(), name ?? null);
    if (result.kind === "failed") return leaveWith(result.failures, flags.json === true ? "json" : "text");
    process.stdout.write(
      flags.json === true
        ? `${JSON.stringify({ written: result.value }, null, 2)}\n`
        : `${result.value.map((path) => `wrote  ${path}`).join("\n")}\n`,
    );
    return undefined;
  });

registerHistoryCommands(program);
registerExport(program);

outliveReader(process.stdout);
outliveReader(process.stderr);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) reportUnexpected(error);
  // Commander ends `--help` and `--version` by an error with code 0, and prints the help itself where no command is given.
  else if (error.exitCode === 0 || error.code === "commander.help") process.exitCode = error.exitCode === 0 ? 0 : 2;
  else leaveWith([wrongUse(error)], wantedForm());
}
// PGlite and open sockets must not keep a finished program alive; standard output is flushed first.
process.stdout.write("", () => process.exit());

/** A reader that went away (`| head -1`) is no failure; a full disk behind `>` is one. */
function outliveReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    if (stream !== process.stderr) process.stderr.write(`error  Cannot write the output: ${error.code ?? error.message}.\n`);
    process.exit(1);
  });
}

function wantedForm(): "json" | "text" {
  return process.argv.includes("--json") ? "json" : "text";
}

function leaveWith(failures: readonly Failure[], form: "json" | "text"): undefined {
  process.exitCode = printFailures(failures, { json: form === "json" });
  return undefined;
}

function wrongUse(error: CommanderError): Failure {
  const message = error.message.replace(/^error: /, "").trim();
  const [command] = process.argv.slice(2).filter((word) => program.commands.some((known) => known.name() === word));
  return {
    kind: "failure",
    code: "wrong-use",
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?)]$/.test(message) ? "" : "."}`.replaceAll(/\n/g, " "),
    location: null,
    hint: `See pggit ${command === undefined ? "" : `${command} `}--help.`,
    exitCode: 2,
  };
}

/** What nobody expected: the file system's refusals as such, everything else as a bug, its trace on request only. */
function reportUnexpected(error: unknown): void {
  leaveWith([fileSystemFailure(error) ?? bug(error)], wantedForm());
  if (process.env["PGGIT_DEBUG"] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

function bug(error: unknown): Failure {
  const message = `pggit failed: ${error instanceof Error ? error.message : String(error)}`;
  return {
    kind: "failure",
    code: "bug",
    message,
    location: null,
    hint: "Please report it; PGGIT_DEBUG=1 shows where it happened.",
    exitCode: 1,
  };
}

/** What a command takes that converts the project of a plan once more. */
function converting(command: Command): Command {
  return command
    .option("--placeholder <name=value>", "as for migrate, where the plan was made with it; repeatable", collectPair)
    .option("--assume <name=value>", "as for migrate, where the plan was made with it; repeatable", collectPair)
    .option("--database <url>", "as for migrate, where the plan was made with it; nothing is written there")
    .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
    .option("--shadow-disposable", "the shadow server is one's own: cluster-wide statements may run there")
    .option("--no-cache", "prove everything anew, and keep nothing in .pggit/cache");
}
