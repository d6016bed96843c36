import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";
import { settingsSchema, type SettingsFile } from "./settings.ts";

/**
 * Reads and checks the settings file that was named (a flag, `PGGIT_CONFIG`), else `pggit.yaml` in the folder. A file that is not there is an empty one unless
 * the user named it. Gives every problem at once, each with its line.
 */
export async function readSettingsFile(
  folder: string,
  flags: { readonly config?: string },
  process: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<SettingsFile>> {
  const named = flags.config ?? process.env["PGGIT_CONFIG"] ?? null;
  const file = named === null ? join(resolve(process.cwd, folder), "pggit.yaml") : resolve(process.cwd, named);
  return readSettings(file, { named, root: process.cwd });
}

async function readSettings(
  file: string,
  request: { readonly named: string | null; readonly root: string },
): Promise<Result<SettingsFile>> {
  const shown = relative(request.root, file) || file;
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== "string") {
    // A folder that is none is told by the search for a project.
    if ((text.code === "ENOENT" || text.code === "ENOTDIR") && request.named === null) return ok({});
    return failed(problem(shown, `Cannot read the settings file: ${text.code ?? text.message}.`, 1));
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined) return failed(problem(shown, `Not valid YAML: ${syntax.message}`, lines.linePos(syntax.pos[0]).line));

  const parsed = settingsSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return ok(parsed.data);
  return failed(
    ...parsed.error.issues.map((issue) => {
      const node = document.getIn(knownPath(issue), true) as { range?: [number, number, number] } | undefined;
      const line = node?.range === undefined ? 1 : lines.linePos(node.range[0]).line;
      return problem(shown, `${issue.path.join(".") || "The file"}: ${issue.message}`, line);
    }),
  );
}

/** The path of the nearest key that exists in the document: an unknown key is reported by zod at its parent. */
function knownPath(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : [...issue.path];
}

function problem(file: string, message: string, line: number): Failure {
  return {
    kind: "failure",
    code: "invalid-settings",
    message,
    location: { file, line },
    hint: "`pggit init` writes a commented example; docs/formats.md lists every key.",
    exitCode: 2,
  };
}
