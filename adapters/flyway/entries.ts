import { inputFailure } from "../../src/model/failure.ts";
import { readFile } from "node:fs/promises";
import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Finding, MigrationFile, Step, TransactionMode } from "../../src/model/history.ts";
import { assumptionsOf } from "./assumptions.ts";
import { languageOf, questionFor, readCode } from "./code/migration-code.ts";
import type { CodeFile, Collected, NamedFile } from "./collect.ts";
import type { LoadedScript, ScriptContext, UnknownPlaceholder } from "./load-script.ts";
import { loadScript } from "./load-script.ts";
import type { FileKind } from "./names.ts";
import { isScript } from "./names.ts";
import { shouldRun } from "./should-execute.ts";
import { sha256 } from "./text.ts";
import type { FlywayVersion } from "./version.ts";
import { parseVersion } from "./version.ts";

/** One migration or callback, read, before it has its place in the history. */
export interface Entry {
  readonly kind: FileKind;
  readonly id: string;
  readonly version: FlywayVersion | null;
  readonly description: string;
  /** Of a callback. */
  readonly event: string | null;
  readonly shown: string;
  readonly environment: string | null;
  readonly files: readonly MigrationFile[];
  readonly steps: readonly Step[];
  readonly checksum: string | null;
  readonly transaction: TransactionMode;
  readonly assumptions: readonly string[];
  readonly edgeCases: readonly EdgeCaseDraft[];
}

export interface ReadEntries {
  readonly entries: readonly Entry[];
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
  readonly unknown: readonly UnknownPlaceholder[];
}

const letters: Readonly<Record<Exclude<FileKind, "callback" | "repeatable">, string>> = { versioned: "V", undo: "U", baseline: "B" };

function entryId(file: NamedFile): string {
  const { says } = file;
  const described = says.description.replaceAll(" ", "_");
  if (says.kind === "repeatable") return `R__${described}`;
  if (says.kind === "callback") return described === "" ? says.event : `${says.event}__${described}`;
  return `${letters[says.kind]}${says.version.text}`;
}

async function readSql(file: NamedFile, context: ScriptContext): Promise<{ readonly entry: Entry; readonly script: LoadedScript }> {
  const { says } = file;
  const script = await loadScript({ ...file, role: says.kind === "undo" ? "down" : "up" }, context);
  const assumed = assumptionsOf(script, context);
  return {
    script,
    entry: {
      kind: says.kind,
      id: entryId(file),
      version: says.kind === "repeatable" || says.kind === "callback" ? null : says.version,
      description: says.description,
      event: says.kind === "callback" ? says.event : null,
      shown: file.shown,
      environment: file.environment,
      files: script.files,
      steps: script.script.steps,
      checksum:
        says.kind === "callback" || says.kind === "undo" ? null : says.kind === "repeatable" ? script.replacedChecksum : script.checksum,
      transaction: script.transaction,
      assumptions: assumed.assumptions,
      edgeCases: assumed.edgeCases,
    },
  };
}

/** Version and description of a program: its class name by Flyway's grammar, else what `getVersion()` returns. */
function placeOf(
  file: CodeFile,
  version: string | null,
): { readonly kind: FileKind; readonly version: FlywayVersion | null; readonly description: string } | null {
  const className = file.name.replace(/\.\w+$/, "");
  const separator = className.indexOf("__");
  const before = separator === -1 ? className.slice(1) : className.slice(1, separator);
  const description = separator === -1 ? "" : className.slice(separator + 2).replaceAll("_", " ");
  const stated = version === null ? null : parseVersion(version);
  const named = parseVersion(before);
  if (className.startsWith("R") && before === "" && stated === null) return { kind: "repeatable", version: null, description };
  const found = stated ?? named;
  return found === null
    ? null
    : { kind: className.startsWith("U") ? "undo" : className.startsWith("B") ? "baseline" : "versioned", version: found, description };
}

function readProgram(file: CodeFile, language: string): Entry | null {
  const facts = readCode(language, file.text);
  const place = placeOf(file, facts.version);
  if (place === null) return null;
  const id =
    place.version === null
      ? `R__${place.description.replaceAll(" ", "_")}`
      : `${place.kind === "repeatable" || place.kind === "callback" ? "V" : letters[place.kind]}${place.version.text}`;
  const { step, edgeCase } = questionFor({ id, file: file.shown, language }, file.text, facts);
  return {
    ...place,
    id,
    description: facts.description ?? place.description,
    event: null,
    shown: file.shown,
    environment: file.environment,
    files: [{ path: file.shown, role: place.kind === "undo" ? "down" : "up", sha256: sha256(Buffer.from(file.text)) }],
    steps: [step],
    checksum: null,
    transaction: facts.inTransaction === false ? "none" : "one",
    assumptions: [],
    edgeCases: [edgeCase],
  };
}

/** Script migrations run in a process of their own, so never in Flyway's transaction. */
async function readShell(file: NamedFile): Promise<Entry> {
  const { says } = file;
  const language = languageOf(file.name);
  const bytes = await readFile(file.path);
  const text = bytes.toString("utf8");
  const id = entryId(file);
  const { step, edgeCase } = questionFor({ id, file: file.shown, language }, text, readCode(language, text));
  return {
    kind: says.kind,
    id,
    version: says.kind === "repeatable" || says.kind === "callback" ? null : says.version,
    description: says.description,
    event: says.kind === "callback" ? says.event : null,
    shown: file.shown,
    environment: file.environment,
    files: [{ path: file.shown, role: says.kind === "undo" ? "down" : "up", sha256: sha256(bytes) }],
    steps: [step],
    checksum: null,
    transaction: "none",
    assumptions: [],
    edgeCases: [edgeCase],
  };
}

/** How many files are open at a time. */
const batch = 32;

/** Reads every collected file. Problems do not stop it: all of them are given at once. */
export async function readEntries(collected: Collected, context: ScriptContext): Promise<ReadEntries> {
  const entries: Entry[] = [];
  const failures: Failure[] = [];
  const findings: Finding[] = [];
  const unknown: UnknownPlaceholder[] = [];
  for (let start = 0; start < collected.files.length; start += batch) {
    const read = await Promise.all(
      collected.files
        .slice(start, start + batch)
        .map(async (file) =>
          isScript(file.says.suffix, context.settings) ? { entry: await readShell(file), script: null } : await readSql(file, context),
        ),
    );
    for (const { entry, script } of read) {
      const condition = shouldRun(entry, script?.shouldExecute ?? null);
      if (condition.runs) entries.push({ ...entry, assumptions: [...entry.assumptions, ...condition.assumptions] });
      findings.push(...condition.findings);
      if (script === null) continue;
      failures.push(...script.failures);
      unknown.push(...script.unknown);
    }
  }
  for (const file of collected.code) {
    const entry = readProgram(file, languageOf(file.name));
    if (entry !== null) entries.push(entry);
    else {
      failures.push(
        inputFailure(
          "unplaced-code",
          "this migration has its version neither in its name nor as a literal in getVersion(), so its place in the order is not known",
          {
            location: { file: file.shown, line: 1 },
            hint: 'Name the class V<version>__<description>, or let getVersion() return MigrationVersion.fromVersion("<version>").',
          },
        ),
      );
    }
  }
  return { entries, failures, findings, unknown };
}
