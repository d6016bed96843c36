import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { Failure, Result } from "../../../src/model/failure.ts";
import { inputFailure, failed, ok } from "../../../src/model/failure.ts";
import type { Property } from "./properties.ts";
import { flywayProperties } from "./properties.ts";
import type { SettingsSource, Variables } from "./source.ts";

/** A YAML document as flat properties, as Spring makes them: `a.b`, list elements under the key of their list. */
function flatten(
  node: unknown,
  key: string,
  into: { readonly properties: Property[]; readonly place: (offset: number) => Property["location"] },
): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      flatten(pair.value, key === "" ? name : `${key}.${name}`, into);
    }
  } else if (isSeq(node)) {
    for (const item of node.items) flatten(item, key, into);
  } else if (isScalar(node)) {
    // Numbers and booleans as they are written: `1.10` is no 1.1.
    const written = node.value === null ? "" : (node.source ?? "");
    const value = typeof node.value === "string" ? node.value : written;
    into.properties.push({ key, value, location: into.place(node.range?.[0] ?? 0) });
  }
}

/**
 * The Flyway settings of an application's YAML file, one source per document, profile and framework. A document's profile is what
 * `spring.config.activate.on-profile` (or `spring.profiles`) says, else the one in the file's name.
 */
export function readYamlSettings(
  text: string,
  file: string,
  context: { readonly profile: string | null; readonly variables: Variables },
): Result<readonly SettingsSource[]> {
  const counter = new LineCounter();
  const sources: SettingsSource[] = [];
  const failures: Failure[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: counter, logLevel: "silent" })) {
    if (!("errors" in document)) continue;
    const error = document.errors[0];
    if (error !== undefined) {
      failures.push(
        inputFailure("invalid-settings-file", error.message.split("\n")[0] ?? "not YAML", {
          location: { file, line: error.linePos?.[0].line ?? 1 },
          hint: "Correct the file, or name what it should say with --location, --placeholder and --assume.",
        }),
      );
      continue;
    }
    const properties: Property[] = [];
    flatten(document.contents, "", { properties, place: (offset) => ({ file, line: counter.linePos(offset).line }) });
    const own = properties.find(({ key }) => key === "spring.config.activate.on-profile" || key === "spring.profiles");
    sources.push(...flywayProperties(properties, file, { ...context, profile: own?.value ?? context.profile }));
  }
  return failures.length > 0 ? failed(...failures) : ok(sources);
}
