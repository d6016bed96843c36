import type { Command } from "commander";
import { ok, type ExitCode } from "../model/failure.ts";
import type { GitExport } from "../timeline/git-export.ts";
import type { RehearsalFlags } from "./rehearsal-command.ts";

interface ExportGitFlags extends RehearsalFlags {
  readonly to: string;
}

/** `pggit export git [PLAN] --to DIR` */
export function registerExportGit(parent: Command): void {
  parent
    .command("git")
    .description("a git repository with one commit for each migration; exporting again adds what is new")
    .argument("[plan]", "the plan (default: the newest in pggit/)")
    .requiredOption("--to <dir>", "the folder of the repository: an empty one, or one that an export made")
    .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
    .option("--config <file>", "the settings file (default: pggit.yaml)")
    .option("--json", "one JSON document on standard output, nothing else")
    .option("--no-color", "no colour, on a terminal too")
    .action(async (plan: string | undefined, flags: ExportGitFlags) => {
      process.exitCode = await runExportGit({ ...flags, ...(plan === undefined ? {} : { plan }) });
    });
}

async function runExportGit(flags: ExportGitFlags): Promise<ExitCode> {
  const { runRehearsal } = await import("./rehearsal-command.ts");
  const { exportGit } = await import("../timeline/git-export.ts");
  return runRehearsal(flags, async ({ plan, request, progress }) => {
    for (const { name, environment, migrations } of plan.branches) {
      const lacking = migrations.filter((id) => !plan.order.includes(id));
      if (environment !== null && lacking.length > 0)
        progress.warn(
          `Branch ${name} is left out: its migrations are not in this plan. \`pggit migrate --environment ${environment}\` takes them in.`,
        );
    }
    let begun = false;
    const written = await exportGit({
      ...request,
      folder: flags.to,
      progress: (done, total) => {
        if (!begun) progress.begin("writing commits", total);
        begun = true;
        progress.advance(done);
      },
    });
    return written.kind === "failed" ? written : ok({ json: written.value, text: () => render(written.value) });
  });
}

function render({ folder, commits, tags, branches, checkedOut }: GitExport): string {
  const head =
    commits === 0
      ? `Nothing is new in ${folder}.`
      : `Wrote ${commits} ${commits === 1 ? "commit" : "commits"} and ${tags} ${tags === 1 ? "tag" : "tags"} to ${folder}.`;
  const lines = branches.map(
    ({ name, commits: own, head: hash }) => `  ${name}  ${hash ?? "empty"}  ${own} ${own === 1 ? "commit" : "commits"} of its own`,
  );
  const left = checkedOut ? [] : ["  The work tree was left as it is: something else than a branch is checked out there."];
  return `${[head, ...lines, ...left].join("\n")}\n`;
}
