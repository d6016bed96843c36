import type { Adapter, Detection, ReadOptions } from "../adapter.ts";
import { failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Environment, Finding, History, Migration } from "../../src/model/history.ts";
import { readSourceText, type SourceText } from "../../src/sql/psql/source-text.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { readMigration, type ReadingContext } from "./migration.ts";
import { checkProject } from "./check-project.ts";
import { openProjects, type Project } from "./open-projects.ts";
import { findProjects } from "./find-projects.ts";
import { compareEntries, readLayout, type Entry } from "./projects.ts";
import { recognise } from "./recognise.ts";
import { readTree } from "./tree.ts";

/** Folders of SQL files, in the shapes that people and tools give them: see `profiles.ts`. */
export const sql: Adapter = { tool: "sql", detect, read };

async function detect(root: string): Promise<readonly Detection[]> {
  const { folder } = readTree(root, ".");
  return findProjects(folder).flatMap((found) => {
    const layout = readLayout(found);
    const migrations = layout.entries.length + layout.perFolder.length;
    if (migrations === 0) return [];
    const { evidence, toolVersion, profile } = recognise(root, layout, textsOf(root));
    if (profile.name === "prisma" && otherProvider(root, found.path) !== null) return [];
    if (isLiquibase(layout.entries[0]?.up ?? null, textsOf(root))) return [];
    return [{ tool: "sql", location: found.path, toolVersion, evidence, migrations }] as const;
  });
}

async function read(options: ReadOptions): Promise<Result<History>> {
  const texts = new Map<string, Result<SourceText>>();
  const readText = (path: string): Result<SourceText> => {
    const known = texts.get(path) ?? readSourceText(options.root, path);
    texts.set(path, known);
    return known;
  };
  const opened = openProjects(options, readText);
  if (opened.kind === "failed") return opened;
  const projects = opened.value;
  const problems = projects.flatMap((project) => checkProject(project, options));
  if (problems.length > 0) return failed(...problems);

  await loadParser();
  const migrations: Migration[] = [];
  const findings: Finding[] = projects.flatMap((project) => project.findings);
  const failures: Failure[] = [];
  for (const { project, entry } of inOrder(projects)) {
    const context: ReadingContext = {
      root: options.root,
      profile: project.recognition.profile,
      values: { ...options.assumptions, ...options.placeholders },
      environment: options.environment,
      readText,
    };
    const result = readMigration(context, entry);
    if (result.kind === "failed") failures.push(...result.failures);
    else {
      migrations.push(result.value.migration);
      findings.push(...result.value.findings);
    }
  }
  if (failures.length > 0) return failed(...mergeMissing(failures));
  return ok(toHistory({ options, projects }, { migrations, findings }));
}

/** One variable missing in many files is one problem. */
function mergeMissing(failures: readonly Failure[]): readonly Failure[] {
  const seen = new Set<string>();
  return failures.filter((failure) => {
    if (failure.code !== "unknown-placeholder") return true;
    if (seen.has(failure.hint)) return false;
    seen.add(failure.hint);
    return true;
  });
}

function inOrder(projects: readonly Project[]): readonly { readonly project: Project; readonly entry: Entry }[] {
  const [only] = projects;
  if (projects.length === 1 && only !== undefined) return only.entries.map((entry) => ({ project: only, entry }));
  return projects
    .flatMap((project) => project.entries.map((entry) => ({ project, entry })))
    .toSorted((left, right) => compareEntries(left.entry, right.entry));
}

/** psql runs each file in a session of its own; the tools keep theirs. */
const NEW_SESSION: readonly string[] = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL", "RESET search_path"];

interface Source {
  readonly options: ReadOptions;
  readonly projects: readonly Project[];
}

function toHistory({ options, projects }: Source, { migrations, findings }: Pick<History, "migrations" | "findings">): History {
  const profiles = projects.map((project) => project.recognition.profile);
  const environments = [...new Set(migrations.flatMap((migration) => migration.environment ?? []))].map((name): Environment => {
    const own = migrations.filter((migration) => migration.environment === name);
    return { name, location: { file: own[0]?.files[0]?.path ?? "", line: 1 }, migrations: own.map((migration) => migration.id) };
  });
  return {
    kind: "history",
    tool: "sql",
    toolVersion: projects[0]?.recognition.toolVersion ?? null,
    location: projects.map((project) => project.path).join(", "),
    root: options.root,
    migrations,
    baselines: [],
    environments,
    findings: [...findings, ...shapeFindings(projects)],
    preparation: [],
    resetBetween: profiles.some((profile) => profile.psql) ? NEW_SESSION : [],
    bookkeeping: [...new Set(profiles.flatMap((profile) => profile.bookkeeping))],
    bookkeepingSql: [...new Set(profiles.flatMap((profile) => profile.bookkeepingSql))],
    runsOutsideTransaction: [],
  };
}

function shapeFindings(projects: readonly Project[]): readonly Finding[] {
  return projects.map(({ path, recognition }) => ({
    kind: "finding",
    code: "sql-shape",
    message: recognition.evidence.join("; "),
    location: path === "." ? null : { file: path, line: 1 },
    migration: null,
  }));
}

/** Liquibase's formatted SQL begins with a line of its own. */
function isLiquibase(path: string | null, textOf: (path: string) => string | null): boolean {
  return path !== null && /^\s*--\s*liquibase\s+formatted\s+sql/i.test(textOf(path) ?? "");
}

function textsOf(root: string): (path: string) => string | null {
  return (path) => {
    const source = readSourceText(root, path);
    return source.kind === "ok" ? source.value.text : null;
  };
}

/** Prisma's provider where it is not PostgreSQL. */
function otherProvider(root: string, path: string): string | null {
  const lock = readSourceText(root, path === "." ? "migration_lock.toml" : `${path}/migration_lock.toml`);
  const provider = lock.kind === "ok" ? /^\s*provider\s*=\s*"([^"]*)"/m.exec(lock.value.text)?.[1] : undefined;
  return provider === undefined || /^(?:postgres|postgresql|cockroachdb)$/.test(provider) ? null : provider;
}
