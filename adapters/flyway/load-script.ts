import { inputFailure } from "../../src/model/failure.ts";
import { readFile } from "node:fs/promises";
import type { Failure } from "../../src/model/failure.ts";
import type { MigrationFile, TransactionMode } from "../../src/model/history.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import { flywayChecksum } from "./checksum.ts";
import { replacePlaceholders, withoutReplacement } from "./placeholders.ts";
import type { ScriptSteps } from "./script.ts";
import { readScript } from "./script.ts";
import type { ScriptConfiguration } from "./script-configuration.ts";
import { readScriptConfiguration } from "./script-configuration.ts";
import type { FlywaySettings } from "./settings/interpret.ts";
import { decodeText, indexLines, sha256 } from "./text.ts";

/** A placeholder that has no value, with every place that names it. */
export interface UnknownPlaceholder {
  readonly name: string;
  readonly location: SourceLocation;
}

/** One SQL file, read whole. */
export interface LoadedScript {
  readonly files: readonly MigrationFile[];
  readonly script: ScriptSteps;
  /** As Flyway would store it: of the raw text, and after replacement (the one that counts for repeatables). */
  readonly checksum: string;
  readonly replacedChecksum: string;
  readonly transaction: TransactionMode;
  readonly failures: readonly Failure[];
  readonly unknown: readonly UnknownPlaceholder[];
  readonly usedPlaceholders: ReadonlySet<string>;
  /** What `shouldExecute` in the script's `.conf` says; `null` where it says nothing. */
  readonly shouldExecute: string | null;
  /** Whether the text holds what would be a placeholder if replacement were not switched off for the whole project. */
  readonly keptPlaceholders: boolean;
}

/** What is read before any statement is: values for placeholders, and how SQL files are to be taken. */
export interface ScriptContext {
  readonly settings: FlywaySettings;
  /** Keys in lower case, Flyway's own included, that of the file's name excepted. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** Where a program of the project switches placeholders off and nothing else speaks of them; `null` elsewhere. */
  readonly switchedOffBy: string | null;
  /** Files that count with another content than the disk's, by path relative to the root. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** The values for one file: `flyway:filename` is its name. */
function placeholdersFor(fileName: string, context: ScriptContext): ReadonlyMap<string, string> {
  return new Map([...context.placeholders, [`flyway${context.settings.placeholderSeparator}filename`.toLowerCase(), fileName]]);
}

function transactionOf(script: ScriptSteps, configuration: ScriptConfiguration, settings: FlywaySettings): TransactionMode {
  if (script.controlsTransaction) return "file";
  const one = configuration.executeInTransaction ?? (script.nonTransactional === null && settings.executeInTransaction);
  return one ? "one" : "none";
}

/** `ParserSqlScript.parse`: what Flyway refuses to mix in one file. */
function mixFailure(script: ScriptSteps, configuration: ScriptConfiguration, settings: FlywaySettings): Failure | null {
  if (script.nonTransactional === null || script.transactional === 0) return null;
  if (settings.mixed || configuration.executeInTransaction !== null || !settings.executeInTransaction) return null;
  return inputFailure(
    "mixed-transactions",
    "the file mixes statements that can and that cannot run in a transaction, which Flyway refuses unless `mixed` is true",
    {
      location: script.nonTransactional,
      hint: "If the project sets it in its code, say --assume flyway.mixed=true; the file then runs without a transaction.",
    },
  );
}

/**
 * Reads one SQL file and the `.conf` beside it: decodes it, replaces placeholders, cuts it into steps. Gives every problem of the file; where
 * it cannot even be read as text, a script without steps.
 */
export async function loadScript(
  file: { readonly path: string; readonly shown: string; readonly name: string; readonly role: "up" | "down" },
  context: ScriptContext,
): Promise<LoadedScript> {
  const { settings } = context;
  const values = placeholdersFor(file.name, context);
  const syntax = { prefix: settings.placeholderPrefix, suffix: settings.placeholderSuffix, values };
  const configuration = await readScriptConfiguration(file, settings.placeholderReplacement ? syntax : null);
  const given = context.contents.get(file.shown);
  const bytes = given === undefined ? await readFile(file.path) : Buffer.from(given);
  const files: MigrationFile[] = [{ path: file.shown, role: file.role, sha256: sha256(bytes) }, ...configuration.files];
  const decoded = decodeText(bytes, configuration.encoding ?? settings.encoding, file.shown);
  if (decoded.kind === "failed") {
    const script: ScriptSteps = { steps: [], failures: [], transactional: 0, nonTransactional: null, controlsTransaction: false };
    return {
      files,
      script,
      checksum: "0",
      replacedChecksum: "0",
      transaction: "one",
      failures: [...configuration.failures, ...decoded.failures],
      unknown: [],
      usedPlaceholders: new Set(),
      shouldExecute: configuration.shouldExecute,
      keptPlaceholders: false,
    };
  }
  const text = decoded.value;
  const replaced =
    settings.placeholderReplacement && configuration.placeholderReplacement ? replacePlaceholders(text, syntax) : withoutReplacement(text);
  const lines = indexLines(text);
  const script = readScript(file.shown, text, replaced);
  const mix = mixFailure(script, configuration, settings);
  return {
    files,
    script,
    checksum: flywayChecksum(text),
    replacedChecksum: flywayChecksum(replaced.text),
    transaction: transactionOf(script, configuration, settings),
    failures: [...configuration.failures, ...script.failures, ...(mix === null ? [] : [mix])],
    unknown: replaced.unknown.map(({ name, offset }) => ({ name, location: { file: file.shown, ...lines.at(offset) } })),
    usedPlaceholders: replaced.used,
    shouldExecute: configuration.shouldExecute,
    keptPlaceholders: !settings.placeholderReplacement && text.includes(settings.placeholderPrefix),
  };
}
