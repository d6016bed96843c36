import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, inputFailure, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding, History } from "../../src/model/history.ts";
import { loadRubyParser, type ParseRuby, type RubySource } from "../../src/script/ruby/parse.ts";
import { bookkeepingSql, bookkeepingTables } from "./bookkeeping.ts";
import { chooseDatabase } from "./choose.ts";
import { dumpBaseline, dumpHistory } from "./dump.ts";
import { dateOfVersion, parseFileName } from "./file-names.ts";
import { createInflector } from "./inflector.ts";
import { inspectFile } from "./inspect-file.ts";
import { toMigration, type MigrationSource, type Shared } from "./migration.ts";
import { openProject, type ProjectFiles } from "./project-files.ts";
import { inflectionRules, migrationFiles, railsVersionOf } from "./project.ts";
import { withOverride } from "../overrides.ts";

/** The newest version whose rules are known here: what a project without a lock file is taken to run. */
const newest = "8.1";

/** Reads a whole Rails history, or gives every failure that kept it from being read. */
export async function readHistory(options: ReadOptions): Promise<Result<History>> {
  const chosen = chooseDatabase(options);
  if (chosen.kind === "failed") return chosen;
  const database = chosen.value;
  const toolVersion = options.assumptions["rails.version"] ?? railsVersionOf(options.root, database.base);
  const files = openProject(options.root, database.base, options.contents ?? new Map());
  const paths = migrationFiles(options.root, database.folders);
  const parse = await loadRubyParser();
  const shared: Shared = {
    versions: paths.map((path) => parseFileName(path)?.version ?? "0"),
    parse,
    sourceOf: keepSources(files, parse),
    files,
    inflect: createInflector(inflectionRules(files.read("config/initializers/inflections.rb"))),
    railsVersion: Number(/^\d+\.\d+/.exec(toolVersion ?? newest)?.[0] ?? newest),
    datetimeType:
      options.assumptions["rails.datetime_type"] ??
      datetimeType(files.read("config/application.rb"), files.read("config/initializers/active_record.rb")),
    schemaPlus:
      /^(?:yes|true|1)$/i.test(options.assumptions["gem.schema_plus"] ?? "") || /^ {4}schema_plus/m.test(files.read("Gemfile.lock") ?? ""),
    assumptions: options.assumptions,
  };
  const base = {
    kind: "history" as const,
    tool: "rails" as const,
    toolVersion,
    root: options.root,
    environments: [],
    preparation: [],
    resetBetween: [],
    bookkeeping: bookkeepingTables,
    bookkeepingSql,
    runsOutsideTransaction: [],
  };
  if (paths.length === 0) {
    const dump = await dumpHistory(database, options, shared);
    return dump.kind === "failed"
      ? dump
      : ok({ ...base, location: database.dump ?? "", migrations: [dump.value], baselines: [], findings: [] });
  }
  const read = paths.map((path) => readFile(path, { options, shared }));
  const failures = [...read.flatMap((each) => (each.kind === "failed" ? each.failures : [])), ...duplicates(paths)];
  if (failures.length > 0) return failed(...failures);
  const sources = read.flatMap((each) => (each.kind === "ok" ? [each.value] : []));
  const overridden = sources.map((each) => withOverride(toMigration(each, shared), options.root));
  const refused = overridden.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  if (refused.length > 0) return failed(...refused);
  const migrations = overridden.flatMap((each) => (each.kind === "ok" ? [each.value] : []));
  const witness = await dumpBaseline(database, { options, shared, migrations });
  return ok({
    ...base,
    location: database.folders.join(", "),
    migrations,
    baselines: witness,
    findings: findingsOf(sources, { toolVersion, shared }),
  });
}

/** Parses a file of the project when it is first asked for. Has the lifetime of the history. */
function keepSources(files: ProjectFiles, parse: ParseRuby): Shared["sourceOf"] {
  const kept = new Map<string, RubySource | null>();
  return (path) => {
    const before = kept.get(path);
    if (before !== undefined) return before;
    const text = files.read(path);
    const parsed = text === null ? null : parse(text, path);
    const source = parsed?.kind === "parsed" ? parsed.source : null;
    kept.set(path, source);
    return source;
  };
}

function datetimeType(...texts: readonly (string | null)[]): string {
  return /^[^#\n]*datetime_type\s*=\s*:(\w+)/m.exec(texts.join("\n"))?.[1] ?? "timestamp";
}

interface Reading {
  readonly options: ReadOptions;
  readonly shared: Shared;
}

function readFile(path: string, { options, shared }: Reading): Result<MigrationSource> {
  const bytes = Buffer.from(options.contents?.get(path) ?? readFileSync(join(options.root, path)));
  const name = parseFileName(path);
  // The interpreter knows files as the project does; the history as the whole root does.
  const parsed = shared.parse(bytes.toString("utf8"), path);
  if (parsed.kind === "broken")
    return failed(
      inputFailure("ruby-syntax", `This is no Ruby: ${parsed.problem.message}.`, {
        location: parsed.problem.location,
        hint: "Mend the file, or give its SQL and leave it out of the folder.",
      }),
    );
  const version = name?.version ?? "0";
  const stem = posix.basename(path, ".rb");
  return ok({
    id: stem.replace(/^0+(?=\d)/, ""),
    version,
    name: (name?.name ?? stem).replaceAll("_", " "),
    date: dateOfVersion(version),
    files: [{ path, role: "both", sha256: createHash("sha256").update(bytes).digest("hex") }],
    source: parsed.source,
    shape: inspectFile(parsed.source),
  });
}

/** `DuplicateMigrationVersionError`, `DuplicateMigrationNameError`. */
function duplicates(paths: readonly string[]): readonly Failure[] {
  const failures: Failure[] = [];
  for (const part of ["version", "name"] as const) {
    const seen = new Map<string, string>();
    for (const path of paths) {
      const value = parseFileName(path)?.[part] ?? "";
      const before = seen.get(value);
      if (before === undefined) seen.set(value, path);
      else
        failures.push(
          inputFailure(
            `duplicate-migration-${part}`,
            `Two migrations have the ${part} ${value}: ${before} and ${path}. Rails refuses to run either.`,
            {
              location: { file: path, line: 1 },
              hint:
                part === "version"
                  ? "Give one of them a version of its own."
                  : "Give one of them another name, in the file and of its class.",
            },
          ),
        );
    }
  }
  return failures;
}

function findingsOf(
  sources: readonly MigrationSource[],
  { toolVersion, shared }: { readonly toolVersion: string | null; readonly shared: Shared },
): readonly Finding[] {
  const found: Finding[] = [];
  if (toolVersion === null) {
    const message = `No Gemfile.lock names the version of Rails; the rules of ${shared.railsVersion} were taken. Say otherwise with --assume rails.version=7.1.`;
    found.push({ kind: "finding", code: "rails-version-assumed", message, location: null, migration: null });
  }
  for (const { id, shape, files, source } of sources) {
    const expected = shared.inflect.camelize(parseFileName(files[0]?.path ?? "")?.name ?? "");
    if (shape.className === null || shape.className.toLowerCase() === expected.toLowerCase()) continue;
    const message = `The class of ${id} is ${shape.className}; by the name of its file Rails looks for ${expected}.`;
    found.push({ kind: "finding", code: "rails-class-name", message, location: { file: source.file, line: 1 }, migration: id });
  }
  return found;
}
