import { mkdir, readFile, writeFile } from "node:fs/promises";
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
export function renderObjectFile(head: readonly string[], statements: readonly string[]): string {
  return `${[mark, ...head.map((line) => `-- ${line}`)].join("\n")}\n${statements.map((statement) => `\n${statement};\n`).join("")}`;
}

/** Writes `schema.sql` and, where there are rows, `data.sql` into a folder. Refuses (exit 4) to replace files that no such export wrote. */
export async function writeObjectFiles(folder: string, { head, ddl, data }: ObjectFiles): Promise<Result<readonly string[]>> {
  const files: (readonly [path: string, text: string])[] = [
    [join(folder, "schema.sql"), renderObjectFile([...head, "First this, then data.sql where there is one: psql -1 -f schema.sql"], ddl)],
    ...(data.length === 0
      ? []
      : [[join(folder, "data.sql"), renderObjectFile([...head, "Behind schema.sql: psql -1 -f data.sql"], data)] as const]),
  ];
  for (const [path] of files) {
    const there = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    if (there !== null && !there.startsWith(mark)) return failed(notOurs(path));
  }
  await mkdir(folder, { recursive: true });
  for (const [path, text] of files) await writeFile(path, text);
  return ok(files.map(([path]) => path));
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
