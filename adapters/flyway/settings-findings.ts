import type { Finding } from "../../src/model/history.ts";
import type { Project } from "./project.ts";
import type { RawSetting } from "./settings/interpret.ts";
import type { SettingsSource } from "./settings/source.ts";

/** Settings that give another history where they differ. */
function decidesHistory(key: string): boolean {
  return key === "locations" || key === "schemas" || key === "defaultschema" || key === "table" || key.startsWith("placeholders.");
}

/** Whether a source gives an environment a history of its own. */
export function differs(source: SettingsSource): boolean {
  return [...source.values.keys()].some(decidesHistory);
}

/** Settings of one environment that would give another history: reported, because the history read is the one without them. */
export function environmentFindings(project: Project, chosen: string | null): readonly Finding[] {
  if (chosen !== null) return [];
  const findings: Finding[] = [];
  for (const [environment, sources] of project.profiles) {
    for (const source of sources) {
      const keys = [...source.values.keys()].filter((key) => key !== "locations" && decidesHistory(key));
      const location = [...source.values.values()][0]?.location;
      if (keys.length === 0) continue;
      findings.push({
        kind: "finding",
        code: "environment-settings",
        message: `${environment} has settings of its own (${keys.join(", ")}), which were not used; --environment ${environment} reads the history with them`,
        location: typeof location === "object" ? location : null,
        migration: null,
      });
    }
  }
  return findings;
}

/** Folders that look like migrations and that no setting leads to: Flyway does not run them. */
export function asideFindings(project: Project): readonly Finding[] {
  return project.aside.map((folder) => ({
    kind: "finding",
    code: "outside-locations",
    message: `${folder} holds files named as migrations, but the settings of the project do not name it; --location reads it`,
    location: { file: folder, line: 1 },
    migration: null,
  }));
}

/** Settings that two files of one project give differently, and which of them counts. */
export function conflictFindings(sources: readonly SettingsSource[]): readonly Finding[] {
  const first = new Map<string, { source: SettingsSource; setting: RawSetting }>();
  const findings: Finding[] = [];
  for (const source of sources) {
    if (source.origin === "assumption") continue;
    for (const [key, setting] of source.values) {
      const winner = first.get(key);
      if (winner === undefined) first.set(key, { source, setting });
      else if (
        /^(?:locations|schemas|defaultschema|table|.*prefix|.*separator|.*suffix(?:es)?|placeholders\..*|encoding|mixed)$/.test(key) &&
        winner.setting.values.join() !== setting.values.join()
      ) {
        findings.push({
          kind: "finding",
          code: "settings-conflict",
          message: `${source.file} and ${winner.source.file} give ${key} differently; the latter counts`,
          location: typeof setting.location === "object" ? setting.location : null,
          migration: null,
        });
      }
    }
  }
  return findings;
}

/** Environment variables of compose and `.env` files: which of them count, and those of other modules, which do not. Never their values. */
export function variableFindings(used: readonly SettingsSource[], all: readonly SettingsSource[]): readonly Finding[] {
  return all
    .filter((source) => source.origin === "environment")
    .map((source) => {
      const names = [...source.values.keys()].join(", ");
      const place = [...source.values.values()][0]?.location;
      const message = used.includes(source)
        ? `${source.file} sets ${names} for Flyway in a container's environment; they were used and come before files of settings`
        : `${source.file} sets ${names} for Flyway in a container's environment; it belongs to another part of the project and was not used`;
      return {
        kind: "finding",
        code: "environment-variables",
        message,
        location: typeof place === "object" ? place : null,
        migration: null,
      };
    });
}
