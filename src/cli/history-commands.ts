import type { Command } from "commander";
import type { BranchFlags } from "./branches.ts";
import type { CheckoutFlags } from "./checkout.ts";
import type { DiffFlags } from "./diff.ts";
import type { InventoryFlags } from "./inventory.ts";
import type { LogFlags } from "./log.ts";
import type { RehearsalFlags } from "./rehearsal-command.ts";
import { fromOne } from "./options.ts";
import type { ShowFlags } from "./show.ts";

/** The commands over a converted history. Each is imported when it runs. */
export function registerHistoryCommands(program: Command): void {
  plain(program.command("log").description("the converted history, the newest first; of an object the migrations that changed it"))
    .argument("[object]", "a table, view, function …: users, public.users")
    .option("-n, --max-count <number>", "so many at most", fromOne)
    .option("--branch <name>", "the migrations of one branch")
    .action(async (object: string | undefined, flags: LogFlags) => {
      const { runLog } = await import("./log.ts");
      process.exitCode = await runLog(object, flags);
    });
  onShadow(
    program.command("show").description("a migration with all that is known of it; an object, or the whole schema at a point, as SQL"),
  )
    .argument("[id]", "a migration (V47), a version, a date; or an object (users)")
    .option("--at <point>", "the schema, or the object, at a migration, version or date")
    .action(async (id: string | undefined, flags: ShowFlags) => {
      const { runShow } = await import("./show.ts");
      process.exitCode = await runShow(id, flags);
    });
  onShadow(program.command("diff").description("what differs between the schema at two points of the history"))
    .argument("<a>", "a migration, version or date, HEAD, HEAD~3, empty")
    .argument("[b]", "the other point", "HEAD")
    .option("--sql", "as the SQL that leads from the first to the second")
    .action(async (from: string, to: string, flags: DiffFlags) => {
      const { runDiff } = await import("./diff.ts");
      process.exitCode = await runDiff([from, to], flags);
    });
  onShadow(program.command("inventory").description("every object with its version, its migrations, what it needs and what needs it"))
    .option("--all", "those too that were dropped on the way")
    .action(async (flags: InventoryFlags) => {
      const { runInventory } = await import("./inventory.ts");
      process.exitCode = await runInventory(flags);
    });
  onShadow(
    program
      .command("blame")
      .description("who last changed a table and each of its columns, constraints and indexes, in which file and line"),
  )
    .argument("<object>", "a table, view, function or type, or a part of it: users, users.email, public.users.email")
    .action(async (object: string, flags: RehearsalFlags) => {
      const { runBlame } = await import("./blame.ts");
      process.exitCode = await runBlame(object, flags);
    });
  registerBranchCommands(program);
}

function registerBranchCommands(program: Command): void {
  onShadow(
    program
      .command("checkout")
      .description("move a git export and the current branch of a record, without DDL; with --at build a past state in a database"),
  )
    .argument("[ref]", "a branch, version, migration or date of the export; of a record a branch")
    .option("--repository <dir>", "the export (default: the current folder)")
    .option("--database <url>", "the database whose record is meant, or with --at an empty one that is built")
    .option("--at <point>", "a migration, version or date; without --database in an embedded PostgreSQL that psql can reach until Ctrl-C")
    .option("--port <number>", "its port (default: any that is free)", fromOne)
    .action(async (ref: string | undefined, flags: CheckoutFlags) => {
      const { runCheckout } = await import("./checkout.ts");
      process.exitCode = await runCheckout(ref, flags);
    });
  plain(program.command("branches").description("the branches of the plan, or of a database's record"))
    .option("--database <url>", "the database: a URL, host=… dbname=…, or a name")
    .action(async (flags: BranchFlags) => {
      const { runBranches } = await import("./branches.ts");
      process.exitCode = await runBranches(flags);
    });
  plain(program.command("branch").description("the current branch of a database's record; with a name, make one there, without DDL"))
    .argument("[name]", "the branch to make")
    .option("--from <branch>", "the branch that it leaves (default: main)")
    .option("--database <url>", "the database: a URL, host=… dbname=…, or a name")
    .action(async (name: string | undefined, flags: BranchFlags) => {
      const { runBranch } = await import("./branches.ts");
      process.exitCode = await runBranch(name, flags);
    });
}

/** The flags of those that run the history. */
function onShadow(command: Command): Command {
  return plain(command)
    .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
    .option("--config <file>", "the settings file (default: pggit.yaml)");
}

/** The flags that all of them have. */
function plain(command: Command): Command {
  return command
    .option("--plan <file>", "the plan (default: the newest in pggit/)")
    .option("--json", "one JSON document on standard output, nothing else")
    .option("--no-color", "no colour, on a terminal too");
}
