import type { Command } from "commander";
import { failed, inputFailure, ok, type ExitCode, type Failure } from "../model/failure.ts";
import type { RehearsalFlags } from "./rehearsal-command.ts";

interface ExportSqlFlags extends RehearsalFlags {
  readonly to: string;
  readonly object?: string;
  readonly at?: string;
}

/** `pggit export sql [PLAN] --to DIR [--object NAME] [--at POINT]` */
export function registerExportSql(parent: Command): void {
  parent
    .command("sql")
    .description("the schema, or one object with all that it needs, as SQL for an empty database: definitions and rows in a file each")
    .argument("[plan]", "the plan (default: the newest in pggit/)")
    .requiredOption("--to <dir>", "the folder of schema.sql and data.sql")
    .option("--object <name>", "this object with its ancestors: users, public.users")
    .option("--at <point>", "as it stands at a migration, version or date (default: HEAD)")
    .option("--shadow-url <url>", "a server for shadow databases instead of the embedded PostgreSQL")
    .option("--config <file>", "the settings file (default: pggit.yaml)")
    .option("--json", "one JSON document on standard output, nothing else")
    .option("--no-color", "no colour, on a terminal too")
    .action(async (plan: string | undefined, flags: ExportSqlFlags) => {
      process.exitCode = await runExportSql({ ...flags, ...(plan === undefined ? {} : { plan }) });
    });
}

async function runExportSql(flags: ExportSqlFlags): Promise<ExitCode> {
  const { runRehearsal } = await import("./rehearsal-command.ts");
  const { findObject, standingAs } = await import("../timeline/objects.ts");
  const { findPoint, sayPoint } = await import("../timeline/points.ts");
  const { writeObjectSql } = await import("../timeline/object-sql.ts");
  const { checkObjectFolder, writeObjectFiles } = await import("../export/object-files.ts");
  const { notThere } = await import("./show.ts");
  return runRehearsal(flags, async ({ plan, request, progress }) => {
    const point = findPoint(plan, flags.at ?? "HEAD");
    if (point.kind === "failed") return point;
    const object = flags.object === undefined ? null : findObject(plan, flags.object);
    if (object?.kind === "failed") return object;
    const folder = await checkObjectFolder(flags.to);
    if (folder.kind === "failed") return folder;
    progress.begin("running the history on a shadow", null);
    const { count } = point.value;
    const choose =
      object === null ? null : (state: Parameters<typeof standingAs>[0]) => standingAs(state, object.value, plan.order.slice(0, count));
    const written = await writeObjectSql({ ...request, count, choose });
    if (written.kind === "failed") return written;
    if (written.value === null)
      return object === null ? failed(nothingThere(sayPoint(point.value))) : failed(notThere(object.value, point.value));
    const { objects, roles, ddl, data, rows, engine } = written.value;
    const name = object === null ? "The schema" : `${object.value.object.identity} with all that it needs,`;
    const head = [
      `${name} at ${sayPoint(point.value)}: ${objects.length} objects, ${rows} rows.`,
      `Run on ${engine}, and compared with what the history gives.`,
      ...(roles.length === 0 ? [] : [`Needs the roles ${roles.join(", ")}: they belong to the server, and are not made.`]),
    ];
    const files = await writeObjectFiles(flags.to, { head, ddl, data });
    return ok({
      json: { at: point.value, files, objects, roles, rows, engine },
      text: () => `${[...files.map((file) => `wrote  ${file}`), ...head].join("\n")}\n`,
    });
  });
}

function nothingThere(point: string): Failure {
  return inputFailure("not-there", `Nothing stands at ${point}.`, {
    location: point,
    hint: "Give a later point with --at.",
  });
}
