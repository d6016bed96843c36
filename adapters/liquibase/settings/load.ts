import { readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { scalarText } from "../source/node.ts";
import { readPropertiesText } from "./properties.ts";
import { readSettings, type Entry, type SettingsFile, type SettingsSource } from "./settings.ts";

const largest = 1 << 20;

/** Reads every settings file among the paths of a project that says something of Liquibase; those of tests aside. */
export function loadSettings(root: string, paths: readonly string[]): readonly SettingsFile[] {
  return paths.flatMap((path) => {
    const name = posix.basename(path);
    const spring = /^application(?:-([\w-]+))?\.(?:ya?ml|properties)$/i.exec(name);
    const own = /^liquibase[\w.-]*\.properties$/i.test(name);
    if ((spring === null && !own) || isTestPath(path) || statSync(join(root, path)).size > largest) return [];
    const text = readFileSync(join(root, path), "utf8");
    if (own) return [readSettings(entriesOf(text), { file: path, profile: null, kind: "properties", around: [] })];
    if (!/liquibase/i.test(text)) return [];
    const profile = spring?.[1] ?? null;
    const found = /\.properties$/i.test(name)
      ? quarkusProfiles(entriesOf(text), { file: path, profile, around: entriesOf(text) })
      : yamlSettings(text, path, profile);
    return found.filter(({ values, parameters }) => values.size > 0 || parameters.size > 0);
  });
}

/** Whether a path belongs to tests. */
export function isTestPath(path: string): boolean {
  return /(?:^|\/)(?:src\/(?:test|it|integrationTest|testFixtures)|tests?|test-resources|__tests__)\//i.test(path);
}

function entriesOf(text: string): readonly Entry[] {
  return [...readPropertiesText(text)].map(([key, value]) => ({ key, value }));
}

/** `%dev.quarkus.liquibase.…` is for one profile. */
function quarkusProfiles(entries: readonly Entry[], { file, profile, around }: Omit<SettingsSource, "kind">): readonly SettingsFile[] {
  const byProfile = new Map<string | null, Entry[]>();
  for (const { key, value } of entries) {
    const own = /^%([\w-]+)\.(.*)$/.exec(key);
    const name = own?.[1] ?? profile;
    byProfile.set(name, [...(byProfile.get(name) ?? []), { key: own?.[2] ?? key, value }]);
  }
  return [...byProfile].map(([name, own]) => readSettings(own, { file, profile: name, kind: "spring", around }));
}

function yamlSettings(text: string, file: string, profile: string | null): readonly SettingsFile[] {
  const documents: { readonly entries: readonly Entry[]; readonly profile: string | null }[] = [];
  for (const document of parseAllDocuments(text, { logLevel: "silent" })) {
    if (!("contents" in document) || document.errors.length > 0) continue;
    const entries: Entry[] = [];
    flatten(document.contents, "", entries);
    const own = entries.find(({ key }) => key === "spring.config.activate.on-profile" || key === "spring.profiles");
    documents.push({ entries, profile: own?.value ?? profile });
  }
  const around = documents.filter((each) => each.profile === profile).flatMap(({ entries }) => entries);
  return documents.flatMap((document) => quarkusProfiles(document.entries, { file, profile: document.profile, around }));
}

/** A YAML document as flat keys, as Spring makes them; a list is its elements with commas between them. */
function flatten(node: unknown, key: string, into: Entry[]): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      flatten(pair.value, key === "" ? name : `${key}.${name}`, into);
    }
  } else if (isSeq(node)) {
    const values = node.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
    if (values.length > 0) into.push({ key, value: values.join(",") });
  } else if (isScalar(node) && node.value !== null) into.push({ key, value: scalarText(node.value) });
}
