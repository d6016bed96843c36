import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

/** Begins every file of `export sql`, so that another export may replace it. */
const mark = "-- pggit: export sql";

/** The two files of `export sql`. */
export interface ObjectFiles {
  readonly head: readonly string[];
  readonly ddl: readonly string[];
  readonly data: readonly string[];
}

/** The text of a file: marked, with its comment lines, each run by psql as one transaction with `-1`. */
function renderObjectFile(head: readonly string[], statements: readonly string[]): string {
  return `${[mark, ...head.map((line) => `-- ${line}`)].join("\n")}\n${statements.map((statement) => `\n${statement};\n`).join("")}`;
}

/** Whether the files of an export may be written into a folder: fails (exit 4) where others of their names are there. */
export async function checkObjectFolder(folder: string): Promise<Result<null>> {
  for (const name of ["schema.sql", "data.sql"]) {
    const path = join(folder, name);
    const begins = await beginningOf(path);
    if (begins !== null && begins !== mark) return failed(notOurs(path));
  }
  return ok(null);
}

/** As many bytes of a file as the mark has; `null` where there is none. */
async function beginningOf(path: string): Promise<string | null> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mark.length), 0, mark.length, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Writes `schema.sql` and `data.sql` into a folder, without rows the first alone; those of an earlier export are replaced. Gives their paths. */
export async function writeObjectFiles(folder: string, { head, ddl, data }: ObjectFiles): Promise<readonly string[]> {
  const schema = join(folder, "schema.sql");
  const rows = join(folder, "data.sql");
  await mkdir(folder, { recursive: true });
  await writeFile(schema, renderObjectFile([...head, "First this, then data.sql where there is one: psql -1 -f schema.sql"], ddl));
  if (data.length === 0) {
    await rm(rows, { force: true });
    return [schema];
  }
  await writeFile(rows, renderObjectFile([...head, "Behind schema.sql: psql -1 -f data.sql"], data));
  return [schema, rows];
}

function notOurs(path: string): Failure {
  return {
    kind: "failure",
    code: "output-not-ours",
    message: "The file is there already, and no `pggit export sql` wrote it; it was left as it is.",
    location: path,
    hint: "Give another folder with --to.",
    exitCode: 4,
  };
}
