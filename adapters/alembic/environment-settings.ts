import { createBudget } from "../../src/script/limits.ts";
import { createInterpreter } from "../../src/script/python/interpreter.ts";
import { childrenOf, parsePython, type PythonSource, type SyntaxNode } from "../../src/script/python/parse.ts";
import { keywordOf, isClass, isMade } from "../../src/script/python/things.ts";
import { createScope } from "../../src/script/python/scope.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { RaisedError } from "../../src/script/signals.ts";
import type { Value } from "../../src/script/value.ts";
import type { Files } from "../project-files.ts";
import type { ModuleFinder } from "./project/modules.ts";
import { libraryOf } from "./runtime/library.ts";

/** What env.py says that decides what is sent. */
export interface EnvironmentSettings {
  /** `naming_convention` of the metadata. */
  readonly conventions: ReadonlyMap<string, Value>;
  readonly versionTable: string;
  readonly versionSchema: string | null;
  /** The metadata is there and could not be followed. */
  readonly open: string | null;
}

/** Every call of `context.configure` in a file. */
function configureCalls(node: SyntaxNode, source: PythonSource): readonly SyntaxNode[] {
  const inner = childrenOf(node).flatMap((child) => configureCalls(child, source));
  const isCall = node.name === "CallExpression" && /(?:^|\.)configure$/.test(source.textOf(node.firstChild ?? node));
  return isCall && node.lastChild !== null ? [node.lastChild, ...inner] : inner;
}

/** Reads env.py: runs its top, and takes what `context.configure` is given there or in its functions. Connects to nothing. */
export async function readEnvironment(
  base: string,
  {
    files,
    modules,
    assumptions,
  }: { readonly files: Files; readonly modules: ModuleFinder; readonly assumptions: Readonly<Record<string, string>> },
): Promise<EnvironmentSettings> {
  const file = base === "." ? "env.py" : `${base}/env.py`;
  const parsed = parsePython(files.read(file) ?? "", { file, module: modules.nameOf(file), isPackage: false });
  const none: EnvironmentSettings = { conventions: new Map(), versionTable: "alembic_version", versionSchema: null, open: null };
  if (parsed.kind === "broken") return none;
  const { source } = parsed;
  const run = createInterpreter({
    budget: createBudget(),
    library: libraryOf(null),
    source: async (module) => modules.find(module),
    readFile: (path) => files.read(path),
    environment: (name) => assumptions[name] ?? null,
    // What env.py does beyond its settings is a matter of the machine that it runs on.
    stuck: async () => undefined,
  });
  try {
    const module = await run.runFile(source);
    const found = new Map<string, Value>();
    for (const args of configureCalls(source.program, source)) {
      const parts = childrenOf(args);
      for (const [index, part] of parts.entries()) {
        const [name, value] = [source.textOf(parts[index - 1] ?? part), parts[index + 1]];
        if (part.name !== "AssignOp" || value === undefined || !/^(?:target_metadata|version_table|version_table_schema)$/.test(name))
          continue;
        const frame = { scope: createScope("function", module.scope), source, function: null };
        const given = await run
          .evaluate(value, frame)
          .catch((error: unknown) => (error instanceof Stuck || error instanceof RaisedError ? null : Promise.reject(error as Error)));
        if (given !== null && (given.kind !== "unknown" || !found.has(name))) found.set(name, given);
      }
    }
    const metadata = found.get("target_metadata") ?? (await module.attribute("target_metadata", { file, line: 1 }));
    const table = found.get("version_table");
    const schema = found.get("version_table_schema");
    const conventions = await conventionsOf(metadata ?? { kind: "nil" }, file, run);
    return {
      conventions: conventions ?? new Map(),
      versionTable: table?.kind === "text" ? table.value : none.versionTable,
      versionSchema: schema?.kind === "text" ? schema.value : null,
      open: metadata?.kind === "unknown" ? metadata.reason : null,
    };
  } catch (error) {
    if (error instanceof Stuck || error instanceof RaisedError) return { ...none, open: error.message };
    throw error;
  }
}

/** The convention of a metadata, or of the first of several that has one. */
async function conventionsOf(
  metadata: Value,
  file: string,
  run: ReturnType<typeof createInterpreter>,
): Promise<ReadonlyMap<string, Value> | null> {
  if (metadata.kind === "list") {
    for (const each of metadata.items) {
      const found = await conventionsOf(each, file, run);
      if (found !== null) return found;
    }
    return null;
  }
  const location = { file, line: 1 };
  const known = isMade(metadata)
    ? (metadata.attributes.get("naming_convention") ?? keywordOf(metadata.made, "naming_convention"))
    : isClass(metadata)
      ? null
      : metadata.kind === "thing"
        ? await run.find(metadata, "naming_convention", location)
        : null;
  if (known?.kind !== "map") return null;
  return new Map([...known.entries.values()].flatMap(({ key, value }) => (key.kind === "text" ? [[key.value, value] as const] : [])));
}
