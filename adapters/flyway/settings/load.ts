import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Failure } from "../../../src/model/failure.ts";
import type { Finding } from "../../../src/model/history.ts";
import type { Survey } from "../survey.ts";
import { isTestPath, moduleOf, parentOf } from "../survey.ts";
import { readGradle, readPom } from "./build-files.ts";
import { dotEnvSource, readCompose, readDotEnv, settingOfVariable } from "./compose.ts";
import type { RawSetting } from "./interpret.ts";
import { settingKey } from "./interpret.ts";
import { flywayProperties, readConf, readProperties } from "./properties.ts";
import type { SettingsSource, Variables } from "./source.ts";
import { readToml } from "./toml.ts";
import { readYamlSettings } from "./yaml.ts";

/** Every source of settings under a root. */
export interface LoadedSettings {
  readonly sources: readonly SettingsSource[];
  /** By the file that says it. */
  readonly versions: readonly { readonly file: string; readonly version: string }[];
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
}

/** Larger files are no settings. */
const maximumSize = 2_000_000;

function profileOf(name: string): string | null {
  return /^(?:application|bootstrap)-(.+)\.(?:ya?ml|properties)$/i.exec(name)?.[1] ?? null;
}

/** Reads all files of settings that the survey found; those of tests are left out. */
export async function loadSettings(survey: Survey, assumptions: Readonly<Record<string, string>>): Promise<LoadedSettings> {
  const variables: Variables = new Map(Object.entries(assumptions));
  const sources: SettingsSource[] = [];
  const versions: { file: string; version: string }[] = [];
  const failures: Failure[] = [];
  const findings: Finding[] = [];
  const dotEnv = new Map<string, Variables>();
  for (const file of survey.settingsFiles) {
    if (isTestPath(file)) continue;
    const bytes = await readFile(join(survey.root, file));
    const text = bytes.length > maximumSize ? "" : bytes.toString("utf8");
    const name = basename(file).toLowerCase();
    const folder = parentOf(file);
    const ofContainer = name === ".env" || /^(?:docker-)?compose\b/.test(name);
    // Compose files of helpers and demonstrations say nothing about a project.
    if (ofContainer && moduleOf(folder, survey) !== folder) continue;
    if (name === ".env") dotEnv.set(folder, new Map([...readDotEnv(text)].map(([variable, { value }]) => [variable, value])));
    if (!/flyway/i.test(text)) continue;
    if (name === ".env") {
      const source = dotEnvSource(text, file);
      if (source !== null) sources.push(source);
    } else if (ofContainer) {
      const read = readCompose(text, file, new Map([...(dotEnv.get(folder) ?? []), ...variables]));
      if (read.source !== null) sources.push(read.source);
      findings.push(...read.findings);
    } else if (name === "pom.xml") {
      const read = readPom(text, file);
      if (read.kind === "failed") failures.push(...read.failures);
      else {
        sources.push(...read.value.sources);
        if (read.value.toolVersion !== null) versions.push({ file, version: read.value.toolVersion });
      }
    } else if (name.startsWith("build.gradle")) {
      const read = readGradle(text, file);
      sources.push(...read.sources);
      if (read.toolVersion !== null) versions.push({ file, version: read.toolVersion });
    } else if (name === "libs.versions.toml") {
      const version = /^\s*flyway[\w-]*\s*=\s*"(\d[^"]*)"/m.exec(text)?.[1];
      if (version !== undefined) versions.push({ file, version });
    } else if (name.endsWith(".toml")) {
      const read = readToml(text, file);
      if (read.kind === "failed") failures.push(...read.failures);
      else sources.push(...read.value);
    } else if (name.endsWith(".conf")) {
      sources.push(readConf(text, file, variables));
    } else if (name.endsWith(".properties")) {
      sources.push(...flywayProperties(readProperties(text, file), file, { profile: profileOf(name), variables }));
    } else {
      const read = readYamlSettings(text, file, { profile: profileOf(name), variables });
      if (read.kind === "failed") failures.push(...read.failures);
      else sources.push(...read.value);
    }
  }
  // Any TOML beside it makes Flyway pass flyway.conf over.
  const toml = sources.some((source) => source.origin === "toml");
  return { sources: toml ? sources.filter((source) => source.origin !== "conf") : sources, versions, failures, findings };
}

/** What `--assume` says: `flyway.KEY=…` and Flyway's environment variables (`FLYWAY_SQL_MIGRATION_PREFIX`, `FLYWAY_PLACEHOLDERS_X`). */
export function readAssumptions(assumptions: Readonly<Record<string, string>>): SettingsSource {
  const values = new Map<string, RawSetting>();
  for (const [name, value] of Object.entries(assumptions)) {
    const key = name.startsWith("flyway.") ? settingKey(name.slice("flyway.".length)) : settingOfVariable(name);
    if (key !== null) values.set(key, { values: [value], location: `--assume ${name}` });
  }
  return { origin: "assumption", file: "--assume", profile: null, values };
}
