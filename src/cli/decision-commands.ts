import type { Command } from "commander";
import type { ApproveFlags } from "./approve.ts";
import type { DecideFlags } from "./decide.ts";
import { collect, collectPair } from "./options.ts";
import type { ReviewFlags } from "./review.ts";

/** `pggit review`, `decide` and `approve`: what people decide about a plan. Each imports what it runs only when it runs. */
export function registerDecisionCommands(program: Command): void {
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
