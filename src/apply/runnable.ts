import { readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import type { Plan, PlanMigration } from "../model/plan.ts";
import { hasWayBack } from "../model/rollback.ts";
import { referToCopyData, referToLongStatement, referToWayBack } from "../plan/bulk-data.ts";
import { readPlan } from "../plan/read-plan.ts";
import { loadParser } from "../sql/parser.ts";
import { maskSecrets } from "../sql/secrets.ts";
import { readScript, type Script, type ScriptStatement } from "./read-script.ts";

/** A migration with the statements that a database is given. */
export interface RunnableMigration {
  readonly plan: PlanMigration;
  readonly up: Script;
  /** `null` where there is no proven way back. */
  readonly down: Script | null;
  readonly downText: string | null;
  readonly upText: string;
  /** What saves rows around it; `null` where nothing is saved. */
  readonly saving: Saving | null;
}

/** The statements that save rows before a migration destroys them, and that find out behind it what it did. */
export interface Saving {
  readonly before: readonly ScriptStatement[];
  readonly after: readonly ScriptStatement[];
  /** By the name of the file beside `up.sql`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A plan with its files, checked against each other. */
export interface RunnablePlan {
  readonly plan: Plan;
  readonly migrations: readonly RunnableMigration[];
  /** The squashed history; `null` where it is not proven equal or cannot run in one transaction. */
  readonly schema: Script | null;
  /** Of `schema.sql`; `null` where the squash is not proven. */
  readonly schemaText: string | null;
  /** What could not be checked. */
  readonly warnings: readonly string[];
}

export interface RunnableRequest {
  /** As the user typed it. */
  readonly file: string;
  readonly cwd: string;
  /** Folders in which the source files may lie, beside where the plan and the user are. */
  readonly roots: readonly string[];
  /** Values of psql variables that stand for secrets. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `leave`: the source files may have changed since, for nothing is done to a database of anybody's. Compared unless given. */
  readonly sources?: "leave";
}

/**
 * Reads a plan and the files beside it. Refuses (exit 4) what was changed after the plan was written: the plan itself, an `up.sql`, `down.sql` or
 * `schema.sql` whose statements or data are not those of the plan, and source files whose bytes are others than those that were converted.
 */
export async function loadRunnable(request: RunnableRequest): Promise<Result<RunnablePlan>> {
  await loadParser();
  const path = resolve(request.cwd, request.file);
  const read = await readPlan(path);
  if (read.kind === "failed") return failed(...read.failures.map((failure) => ({ ...failure, location: request.file })));
  const plan = read.value;
  const folder = dirname(path);
  const failures: Failure[] = [];
  const migrations: RunnableMigration[] = [];
  for (const migration of plan.migrations) {
    const loaded = await loadMigration(migration, { folder, request });
    if (loaded.kind === "failed") failures.push(...loaded.failures);
    else migrations.push(loaded.value);
  }
  const schema = await loadSchema(plan, { folder, request });
  if (schema.kind === "failed") failures.push(...schema.failures);
  const sources =
    request.sources === "leave"
      ? { failures: [], warnings: [] }
      : await checkSources(plan, [...request.roots, request.cwd, dirname(folder), folder]);
  failures.push(...sources.failures);
  if (failures.length > 0 || schema.kind === "failed") return failed(...failures.slice(0, 20));
  return ok({ plan, migrations, ...schema.value, warnings: sources.warnings });
}

interface Place {
  readonly folder: string;
  readonly request: RunnableRequest;
}

async function loadMigration(migration: PlanMigration, { folder, request }: Place): Promise<Result<RunnableMigration>> {
  const upFile = join(folder, "migrations", migration.folder, "up.sql");
  const downFile = join(folder, "migrations", migration.folder, "down.sql");
  const shownUp = relative(request.cwd, upFile);
  const upText = await readText(upFile);
  if (upText === null) return failed(changed(shownUp, "The file is missing."));
  const read = { secrets: request.secrets, together: "as-written" } as const;
  const up = readScript(upText, read);
  const place = firstDifference(writtenStatements(up), plannedStatements(migration));
  if (place !== null) return failed(changed(shownUp, place));
  const saving = await loadSaving(migration, { folder, request });
  if (saving.kind === "failed") return saving;
  if (!hasWayBack(migration.rollback)) return ok({ plan: migration, up, upText, down: null, downText: null, saving: saving.value });
  const downText = await readText(downFile);
  const shownDown = relative(request.cwd, downFile);
  if (downText === null) return failed(changed(shownDown, "The file is missing."));
  const down = readScript(downText, read);
  const other = firstOtherWayBack(
    down.statements,
    migration.rollback.sql.filter((sql) => !/^(?:begin|commit)$/i.test(sql)),
  );
  if (other !== null) return failed(changed(shownDown, other));
  return ok({ plan: migration, up, upText, down, downText, saving: saving.value });
}

/** What saves rows, as the plan has it. */
async function loadSaving(migration: PlanMigration, { folder, request }: Place): Promise<Result<Saving | null>> {
  const { backup } = migration.rollback;
  if (backup === undefined) return ok(null);
  const texts = new Map<string, string>();
  const read = async (name: string, planned: readonly string[]): Promise<Result<readonly ScriptStatement[]>> => {
    if (planned.length === 0) return ok([]);
    const file = join(folder, "migrations", migration.folder, name);
    const text = await readText(file);
    if (text === null) return failed(changed(relative(request.cwd, file), "The file is missing."));
    texts.set(name, text);
    const { statements } = readScript(text, { secrets: {}, together: "file" });
    // The schema is there where a record is; whoever runs the file by hand needs it.
    const own = statements.filter(({ parsed }) => !parsed.changes.every(({ kind }) => kind === "create-schema"));
    const other = firstOtherWayBack(own, planned);
    return other === null
      ? ok(own.map((statement) => ({ ...statement, saves: true as const })))
      : failed(changed(relative(request.cwd, file), other));
  };
  const before = await read("save-before.sql", backup.before);
  if (before.kind === "failed") return before;
  const after = await read("save-after.sql", backup.after);
  return after.kind === "failed" ? after : ok({ before: before.value, after: after.value, texts });
}

/** The statements of a migration that its `up.sql` holds, in the same order. */
export function plannedStatements({ up }: Pick<PlanMigration, "up">): PlanMigration["up"] {
  return up.filter(
    ({ sql, data, outcome, change }) =>
      (sql !== "" || data !== null) && !outcome.startsWith("failed") && !change.every(({ kind }) => kind === "transaction"),
  );
}

/** The statements of an `up.sql` that the plan has too, in the same order. */
export function writtenStatements({ statements }: Pick<Script, "statements">): readonly ScriptStatement[] {
  return statements.filter(({ parsed }) => !parsed.changes.every(({ kind }) => kind === "transaction"));
}

async function loadSchema(plan: Plan, { folder, request }: Place): Promise<Result<Pick<RunnablePlan, "schema" | "schemaText">>> {
  const file = join(folder, "schema.sql");
  const shown = relative(request.cwd, file);
  if (!plan.squash.proof.proven) return ok({ schema: null, schemaText: null });
  const text = await readText(file);
  if (text === null) return failed(changed(shown, "The file is missing."));
  const script = readScript(text, { secrets: request.secrets, together: "file" });
  const place = firstDifference(script.statements, plan.squash.statements);
  if (place !== null) return failed(changed(shown, place));
  return ok({ schema: script.units.length <= 1 ? script : null, schemaText: text });
}

interface Planned {
  readonly sql: string;
  readonly data: { readonly sha256: string } | null;
}

/** Where the statements of a file are not those of the plan, in words; `null` where all are. */
function firstDifference(written: readonly ScriptStatement[], planned: readonly Planned[]): string | null {
  if (written.length !== planned.length) return `It has ${written.length} statements instead of ${planned.length}.`;
  for (const [index, { sql, data }] of written.entries()) {
    const expected = planned[index];
    if (expected === undefined) continue;
    const shown = referToLongStatement(maskSecrets(sql), null);
    const hash = data === null ? shown.data?.sha256 : referToCopyData(data).sha256;
    const same = expected.data === null || hash === expected.data.sha256;
    // COPY data may end with or without its last line break.
    const sameData = same || (data !== null && referToCopyData(data.replace(/\n$/, "")).sha256 === expected.data?.sha256);
    if (!sameData || shown.sql.trimEnd() !== maskSecrets(expected.sql).trimEnd())
      return `Statement ${index + 1} is not the one of the plan.`;
  }
  return null;
}

/** As `firstDifference`, for a way back: a long statement stands in the plan with the hash of its whole text. */
function firstOtherWayBack(written: readonly ScriptStatement[], planned: readonly string[]): string | null {
  if (written.length !== planned.length) return `It has ${written.length} statements instead of ${planned.length}.`;
  const at = written.findIndex(
    ({ sql }, index) => referToWayBack(maskSecrets(sql)).trimEnd() !== maskSecrets(planned[index] ?? "").trimEnd(),
  );
  return at < 0 ? null : `Statement ${at + 1} is not the one of the plan.`;
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
}

function changed(file: string, what: string): Failure {
  return {
    kind: "failure",
    code: "files-changed",
    message: `The files beside the plan were changed since it was written. ${what}`,
    location: file,
    hint: "Run `pggit migrate` again, or take plan and files from the same commit.",
    exitCode: 4,
  };
}

/** Compares the source files with what was converted, wherever the project lies: in one of the folders given. A plan may travel without them. */
async function checkSources(
  plan: Plan,
  folders: readonly string[],
): Promise<{ readonly failures: readonly Failure[]; readonly warnings: readonly string[] }> {
  // Of these the plan has what a database ran, and says that the file is another or gone.
  const mismatched = new Set(plan.edgeCases.filter(({ kind }) => kind === "history-mismatch").map(({ migration }) => migration));
  const files = plan.migrations
    .filter(({ id }) => !mismatched.has(id))
    .flatMap(({ files }) => files)
    .filter(({ path }) => !isAbsolute(path) && !path.split("/").includes(".."));
  const [first] = files;
  if (first === undefined) return { failures: [], warnings: [] };
  for (const root of new Set(folders)) {
    if ((await hashFile(join(root, first.path))) === null) continue;
    const failures: Failure[] = [];
    for (const { path, sha256 } of files) {
      const hash = await hashFile(join(root, path));
      if (hash === sha256) continue;
      failures.push({
        kind: "failure",
        code: "source-changed",
        message: hash === null ? "A source file of the plan is gone." : "A source file was changed after the plan was written.",
        location: path,
        hint: "Run `pggit migrate` again, and apply the plan that it writes.",
        exitCode: 4,
      });
    }
    return { failures, warnings: [] };
  }
  return {
    failures: [],
    warnings: ["The source files are not here, so it was not checked whether they changed since the plan was written."],
  };
}

async function hashFile(file: string): Promise<string | null> {
  try {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EISDIR"))
      return null;
    throw error;
  }
}
