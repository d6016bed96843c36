import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Finding, History, Migration } from "../model/history.ts";

/** What the user said about environments. */
export interface EnvironmentChoice {
  /** `--environment`: its own migrations belong to this conversion. */
  readonly chosen: string | null;
  /** Names that `pggit.yaml` maps to a branch. */
  readonly mapped: ReadonlySet<string>;
}

/** A history without the migrations of other environments, and what is to be asked about these. */
export interface SelectedHistory {
  readonly history: History;
  readonly questions: readonly EdgeCaseDraft[];
}

/**
 * Leaves out the migrations that belong to an environment which is not the chosen one: development seeds are no part of the schema. An
 * environment that `pggit.yaml` maps to a branch becomes a finding; any other is one question, however many migrations it has.
 */
export function selectEnvironment(history: History, { chosen, mapped }: EnvironmentChoice): SelectedHistory {
  const belongs = (migration: Migration): boolean => migration.environment === null || migration.environment === chosen;
  const others = history.migrations.filter((migration) => !belongs(migration));
  const names = [...new Set(others.map((migration) => migration.environment ?? ""))];
  const ownOf = (name: string): readonly Migration[] => others.filter((migration) => migration.environment === name);
  const findings = names.filter((name) => mapped.has(name)).map((name) => finding(name, ownOf(name)));
  const questions = names.filter((name) => !mapped.has(name)).map((name) => question(name, ownOf(name)));
  const migrations = history.migrations.filter(belongs).map((migration) => ({
    ...migration,
    edgeCases: migration.edgeCases.filter((edge) => edge.kind !== "environment-specific" || migration.environment === null),
  }));
  return { history: { ...history, migrations, findings: [...history.findings, ...findings] }, questions };
}

function finding(name: string, migrations: readonly Migration[]): Finding {
  return {
    kind: "finding",
    code: "environment-branch",
    message: `${migrations.length} migrations belong to the environment ${name} alone and were not replayed here; --environment ${name} converts them with the others.`,
    location: null,
    migration: null,
  };
}

function question(name: string, migrations: readonly Migration[]): EdgeCaseDraft {
  const ids = migrations.slice(0, 5).map((migration) => migration.id);
  const more = migrations.length > ids.length ? ` and ${migrations.length - ids.length} more` : "";
  const file = migrations[0]?.files[0]?.path;
  return {
    kind: "environment-specific",
    title: `Migrations of the environment ${name} alone`,
    question: `${ids.join(", ")}${more} run only in the environment ${name} and were left out of the main history. Where do they go?`,
    action: `Map ${name} to a branch in pggit.yaml (environments:), leave them out, or keep them in the main history (--environment ${name}).`,
    risk: "MEDIUM",
    source: file === undefined ? null : { location: { file, line: 1 }, text: "" },
    suggestion: null,
    evidence: [],
    choices: [`branch=${name}`, "exclude", "keep"],
  };
}
