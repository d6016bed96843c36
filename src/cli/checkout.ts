import { checkOut, isExport, type CheckedOut } from "../export/git/checkout.ts";
import { withTarget } from "../apply/apply-to-database.ts";
import { failed, inputFailure, ok, type ExitCode, type Failure, type Result } from "../model/failure.ts";
import { hasBranch } from "../store/list-branches.ts";
import { setCurrentBranch } from "../store/read-record.ts";
import { materialiseEmbedded, materialiseInto, type Materialisation } from "../timeline/materialise.ts";
import { findPoint, sayPoint, type Point } from "../timeline/points.ts";
import { runOnRecord, type BranchFlags } from "./branches.ts";
import { runCommand } from "./command.ts";
import { printShown, type Shown } from "./plan-command.ts";
import { printFailures } from "./print-failures.ts";
import { runRehearsal, type RehearsalFlags, type RehearsalRun } from "./rehearsal-command.ts";

export interface CheckoutFlags extends BranchFlags, RehearsalFlags {
  readonly repository?: string;
  readonly at?: string;
  readonly port?: number;
}

/** `pggit checkout REF`: moves a git export and the current branch of a record, and runs no DDL. `pggit checkout --at POINT`: builds a past state in a database. */
export async function runCheckout(ref: string | undefined, flags: CheckoutFlags): Promise<ExitCode> {
  if (flags.at !== undefined && ref === undefined) return buildPast(flags.at, flags);
  if (ref === undefined || flags.at !== undefined) return printFailures([oneOfBoth], flags);
  const folder = flags.repository ?? ".";
  const there = await isExport(folder);
  if (!there && (flags.repository !== undefined || flags.database === undefined)) return printFailures([noExport(folder)], flags);
  if (flags.database === undefined) {
    const { result, run } = await runCommand<Shown>(flags, async () => moved(await checkOut(folder, ref), folder));
    if (result.kind === "failed") return run.fail(result.failures);
    printShown(flags, result.value);
    return 0;
  }
  return runOnRecord(flags, "read-write", async (session) => {
    if (!(await hasBranch(session, ref))) return failed(noBranch(ref));
    const work = there ? moved(await checkOut(folder, ref), folder) : ok(null);
    if (work.kind === "failed") return work;
    await setCurrentBranch(session, ref);
    return ok({
      json: { branch: ref, repository: work.value?.json ?? null },
      text: (screen) => `${work.value?.text(screen) ?? ""}On branch ${ref} in the record; the schema of the database is as it was.\n`,
    });
  });
}

function moved(result: Result<CheckedOut>, folder: string): Result<Shown> {
  if (result.kind === "failed") return result;
  const { commit, branch, subject } = result.value;
  return ok({
    json: { ...result.value, folder },
    text: () => `${folder} is ${branch === null ? "at" : `on ${branch}, at`} ${commit} ${subject}\n`,
  });
}

/** Into the database that is named, else into an embedded one that lives until the user ends it. */
async function buildPast(at: string, flags: CheckoutFlags): Promise<ExitCode> {
  return runRehearsal(flags, async (run) => {
    const point = findPoint(run.plan, at);
    if (point.kind === "failed") return point;
    run.progress.begin("running migrations", point.value.count);
    const { runnable } = run.request;
    const what: Materialisation = { runnable, count: point.value.count, progress: (done) => run.progress.advance(done) };
    const { database } = flags;
    if (database === undefined) {
      const announce = (port: number): void => printShown(flags, announcement(point.value, port));
      return serve(what, { run, port: flags.port ?? 0, announce });
    }
    return withTarget({ database, access: "read-write", signal: run.signal }, async ({ session, description }) => {
      const built = await materialiseInto(session, { ...what, location: description });
      if (built.kind === "failed") return built;
      return ok({
        json: { at: point.value, database: description },
        text: () =>
          `The schema at ${sayPoint(point.value)} stands in ${description}, with the rows of its migrations. No record was written.\n`,
      });
    });
  });
}

interface Serving {
  readonly run: RehearsalRun;
  readonly port: number;
  readonly announce: (port: number) => void;
}

async function serve(what: Materialisation, { run, port, announce }: Serving): Promise<Result<Shown | null>> {
  const served = await materialiseEmbedded(what, port);
  if (served.kind === "failed") return served;
  run.progress.finish();
  announce(served.value.port);
  await new Promise<void>((resolve) => {
    if (run.signal.aborted) resolve();
    else run.signal.addEventListener("abort", () => resolve());
  });
  await served.value.close();
  return ok(null);
}

function announcement(at: Point, port: number): Shown {
  const lines = [
    `The schema at ${sayPoint(at)} can be reached until Ctrl-C, by one client at a time:`,
    `  psql -h 127.0.0.1 -p ${port} -U postgres postgres`,
  ];
  return { json: { at, host: "127.0.0.1", port, user: "postgres", database: "postgres" }, text: () => `${lines.join("\n")}\n` };
}

const oneOfBoth = inputFailure(
  "wrong-use",
  "Give either a branch, version or migration to move a git export to, or --at for a past state in a database.",
  {
    location: null,
    hint: "pggit checkout V20 --repository DIR, or pggit checkout --at V20 --database URL.",
  },
);

function noExport(folder: string): Failure {
  return inputFailure("no-export", "The folder is no repository that `pggit export git` made.", {
    location: folder,
    hint: "Name it with --repository DIR, or a database with --database URL to move the current branch of its record.",
  });
}

function noBranch(name: string): Failure {
  return inputFailure("unknown-branch", `The record has no branch ${name}.`, {
    location: name,
    hint: "`pggit branches --database URL` lists them. A point of the history is built with --at, in a database of its own.",
  });
}
