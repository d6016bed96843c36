import { inputFailure } from "../../src/model/failure.ts";
import { readFile } from "node:fs/promises";
import type { Failure } from "../../src/model/failure.ts";
import type { MigrationFile } from "../../src/model/history.ts";
import type { PlaceholderSettings } from "./placeholders.ts";
import { replacePlaceholders } from "./placeholders.ts";
import { readProperties } from "./settings/properties.ts";
import { sha256 } from "./text.ts";

/** What `<file>.conf` says about one script (`SqlScriptMetadata`). */
export interface ScriptConfiguration {
  readonly executeInTransaction: boolean | null;
  readonly encoding: string | null;
  readonly placeholderReplacement: boolean;
  /** `shouldExecute` as written; `null` where it is absent. */
  readonly shouldExecute: string | null;
  readonly files: readonly MigrationFile[];
  readonly failures: readonly Failure[];
}

const absent: ScriptConfiguration = {
  executeInTransaction: null,
  encoding: null,
  placeholderReplacement: true,
  shouldExecute: null,
  files: [],
  failures: [],
};

/** Reads the `.conf` beside a script, if there is one. Flyway refuses keys that it does not know, so they are failures. */
export async function readScriptConfiguration(
  script: { readonly path: string; readonly shown: string },
  placeholders: PlaceholderSettings | null,
): Promise<ScriptConfiguration> {
  let bytes: Buffer;
  try {
    bytes = await readFile(`${script.path}.conf`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return absent;
    throw error;
  }
  const file = `${script.shown}.conf`;
  const raw = bytes.toString("utf8").replaceAll("\\", "\\\\");
  const text = placeholders === null ? raw : replacePlaceholders(raw, placeholders).text;
  const failures: Failure[] = [];
  let { executeInTransaction, encoding, placeholderReplacement, shouldExecute } = absent;
  for (const { key, value, location } of readProperties(text, file)) {
    switch (key) {
      case "executeInTransaction":
        executeInTransaction = value.trim().toLowerCase() === "true";
        break;
      case "encoding":
        encoding = value.trim();
        break;
      case "placeholderReplacement":
        placeholderReplacement = value.trim().toLowerCase() === "true";
        break;
      case "shouldExecute":
        shouldExecute = value.trim();
        break;
      default:
        failures.push(
          inputFailure(
            "unknown-setting",
            `\`${key}\` is no setting of a script; Flyway knows executeInTransaction, encoding, placeholderReplacement and shouldExecute`,
            {
              location,
              hint: "Correct the key or remove the line.",
            },
          ),
        );
    }
  }
  return {
    executeInTransaction,
    encoding,
    placeholderReplacement,
    shouldExecute,
    files: [{ path: file, role: "settings", sha256: sha256(bytes) }],
    failures,
  };
}
