import { withTarget } from "../apply/apply-to-database.ts";
import { failed, inputFailure, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { createBranch, listBranches, type ListedBranch } from "../store/list-branches.ts";
import { findStore } from "../store/find-store.ts";
import { readRecord } from "../store/read-record.ts";
import type { ReadyStore } from "../store/store.ts";
import type { Session } from "../database/session.ts";
import { StatementError } from "../database/session.ts";
import { runCommand } from "./command.ts";
import { printShown, runWithPlan, type PlanFlags, type Shown } from "./plan-command.ts";
import { printFailures } from "./print-failures.ts";
import { alignColumns, counted } from "./terminal.ts";

export interface BranchFlags extends PlanFlags {
  readonly database?: string;
  readonly from?: string;
}

/** `pggit branches`: those of a database's record, or without one those of the plan. */
export async function runBranches(flags: BranchFlags): Promise<ExitCode> {
  if (flags.database !== undefined)
    return runOnRecord(flags, "read-only", async (session, store) => ok(showRecorded(await recorded(session, store))));
  return runWithPlan(flags, ({ plan }) => {
    const versions = new Map(plan.migrations.map(({ id, understanding }) => [id, understanding.semantic_version]));
    const branches = plan.branches.map(({ name, environment, database, migrations }) => {
      const here = migrations.filter((id) => versions.has(id));
      return {
        name,
        environment,
        database,
        migrations: migrations.length,
        converted: here.length,
        version: versions.get(here.at(-1) ?? "") ?? null,
      };
    });
    return ok({
      json: { branches },
      text: () => {
        const rows = branches.map(({ name, environment, database, migrations, converted, version }) => [
          name,
          version ?? "",
          converted === migrations ? counted(migrations, "migration") : `${counted(migrations, "migration")}, not in this plan`,
          [...(environment === null ? [] : [`environment ${environment}`]), ...(database === null ? [] : [`database ${database}`])].join(
            ", ",
          ),
        ]);
        return `${alignColumns(rows).join("\n")}\n`;
      },
    });
  });
}

/** `pggit branch [NAME]`: says the current branch of a database's record, or makes a branch there. No DDL runs. */
export async function runBranch(name: string | undefined, flags: BranchFlags): Promise<ExitCode> {
  if (flags.database === undefined) return printFailures([noDatabase], flags);
  if (name === undefined) {
    return runOnRecord(flags, "read-only", async (session, store) => {
      const { branch } = await readRecord(session, store);
      return ok({ json: { branch }, text: () => `${branch}\n` });
    });
  }
  const from = flags.from ?? "main";
  return runOnRecord(flags, "read-write", async (session) => {
    try {
      await createBranch(session, { name, from });
      return ok({
        json: { branch: name, from },
        text: () => `Branch ${name} stands in the record, at ${from}; the schema of the database is as it was.\n`,
      });
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      return failed(refusedBranch(error, name));
    }
  });
}

/** Work with the record of the database that the flags name; fails where it has none. */
export async function runOnRecord(
  flags: BranchFlags,
  access: "read-only" | "read-write",
  work: (session: Session, store: ReadyStore) => Promise<Result<Shown>>,
): Promise<ExitCode> {
  const { result, run } = await runCommand<Shown>(flags, ({ signal }) =>
    withTarget({ database: flags.database ?? "", access, signal }, async ({ session, description }) => {
      const found = await findStore(session);
      if (found.kind === "failed") return found;
      return found.value.kind === "none" ? failed(noRecord(description)) : work(session, found.value);
    }),
  );
  if (result.kind === "failed") return run.fail(result.failures);
  printShown(flags, result.value);
  return 0;
}

interface Recorded {
  readonly current: string;
  readonly branches: readonly ListedBranch[];
}

async function recorded(session: Session, store: ReadyStore): Promise<Recorded> {
  return { current: (await readRecord(session, store)).branch, branches: await listBranches(session) };
}

function showRecorded({ current, branches }: Recorded): Shown {
  return {
    json: { current, branches },
    text: () => {
      const rows = branches.map(({ name, status, commits, lastCommit, megabytes, description }) => [
        `${name === current ? "*" : " "} ${name}`,
        status,
        counted(commits, "commit"),
        lastCommit === null ? "" : `last ${lastCommit.slice(0, 10)}`,
        megabytes === null ? "" : `${megabytes} MB`,
        description ?? "",
      ]);
      return `${alignColumns(rows).join("\n")}\n`;
    },
  };
}

const noDatabase = inputFailure("wrong-use", "No database was named.", {
  location: "--database",
  hint: "Give the database whose record is meant with --database URL. `pggit branches` lists those of the plan.",
});

function noRecord(description: string): Failure {
  return inputFailure("no-record", "The database has no record of pggit.", {
    location: description,
    hint: "`pggit apply PLAN --database URL` writes one.",
  });
}

function refusedBranch(error: StatementError, name: string): Failure {
  const taken = error.error.code === "23505";
  return inputFailure(
    taken ? "branch-exists" : "branch-refused",
    taken ? `There is a branch ${name} already.` : `PostgreSQL refused the branch: ${error.message}.`,
    {
      location: name,
      hint: "`pggit branches --database URL` lists those that are there; a name has letters, digits and . _ / # - alone.",
    },
  );
}
