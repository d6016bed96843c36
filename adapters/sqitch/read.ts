import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { failed, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding, History, Migration } from "../../src/model/history.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { readSourceText } from "../../src/sql/psql/source-text.ts";
import { checkDependencies } from "./check-dependencies.ts";
import { findProjects, type Project } from "./find-projects.ts";
import { readChange, type ReadChange } from "./migration.ts";
import type { Plan } from "./plan/model.ts";
import { readPlan } from "./plan/read-plan.ts";
import { readEntry } from "./registry/entry.ts";
import { mentionsRegistry, registrySql, registryTables } from "./registry/tables.ts";
import { placeScripts } from "./scripts.ts";
import { namedTargets } from "./settings/settings.ts";
import { findToolVersion } from "./tool-version.ts";

/** Reads the plan that is found or the ones that `--location` names, in that order. */
export async function read(options: ReadOptions): Promise<Result<History>> {
  const found = findProjects(options.root, options.environment);
  const chosen = chooseProjects(found, options);
  if (chosen.kind === "failed") return chosen;
  const projects = chosen.value;
  const plans: { readonly project: Project; readonly plan: Plan }[] = [];
  const failures: Failure[] = [];
  for (const project of projects) {
    const plan = loadPlan(options.root, project);
    if (plan.kind === "ok") plans.push({ project, plan: plan.value });
    else failures.push(...plan.failures);
  }
  if (failures.length > 0) return failed(...failures);
  const dependencies = checkDependencies({
    plans: plans.map(({ plan }) => plan),
    others: new Map(found.projects.flatMap(({ name, location }) => (name === null ? [] : [[name, location]]))),
  });
  failures.push(...dependencies.failures);

  await loadParser();
  const changes: ReadChange[] = [];
  for (const { project, plan } of plans) {
    const context = {
      root: options.root,
      plan,
      settings: project.settings,
      given: { ...options.assumptions, ...options.placeholders },
      contents: options.contents ?? new Map<string, Uint8Array>(),
      prefix: plans.length === 1 ? "" : `${plan.project}:`,
      dependencies,
    };
    const places = placeScripts(options.root, plan.changes, project.settings);
    for (const [index, change] of plan.changes.entries()) {
      const place = places[index];
      if (place === undefined) throw new Error(`${change.name} has no place for its scripts`);
      const result = readChange(context, change, place);
      if (result.kind === "ok") changes.push(result.value);
      else failures.push(...result.failures);
    }
  }
  return failures.length > 0 ? failed(...distinct(failures)) : ok(toHistory({ options, projects }, changes));
}

/** A variable that many scripts miss, and a file that several include, are one problem each. */
function distinct(failures: readonly Failure[]): readonly Failure[] {
  const seen = new Set<string>();
  return failures.filter(({ code, message, hint, location }) => {
    const place = typeof location === "object" && location !== null ? `${location.file}:${location.line}` : location;
    const key = code === "unknown-placeholder" ? hint : `${code}\n${place}\n${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function loadPlan(root: string, { settings }: Project): Result<Plan> {
  const text = readSourceText(root, settings.planFile);
  return text.kind === "failed" ? text : readPlan(text.value);
}

function chooseProjects(found: ReturnType<typeof findProjects>, { root, locations }: ReadOptions): Result<readonly Project[]> {
  if (locations.length > 0) {
    const chosen: Project[] = [];
    const failures: Failure[] = [];
    for (const location of locations) {
      const one = chooseAt(found, normalised(root, location));
      if (one.kind === "ok") chosen.push(one.value);
      else failures.push(...one.failures);
    }
    return failures.length > 0 ? failed(...failures) : ok([...new Set(chosen)]);
  }
  const one = chooseAt(found, null);
  return one.kind === "ok" ? ok([one.value]) : one;
}

function normalised(root: string, location: string): string {
  const inside = location.startsWith(`${root}/`) ? location.slice(root.length + 1) : location === root ? "." : location;
  return posix.normalize(inside.replaceAll("\\", "/")).replace(/(?<=.)\/$/, "");
}

/** The project at a place: its plan, the folder of its plan or of its configuration, else the only one below. */
function chooseAt({ projects, problems }: ReturnType<typeof findProjects>, place: string | null): Result<Project> {
  const at = projects.filter(({ settings, location }) => location === place || settings.planFile === place);
  const by = projects.filter(({ configuration }) => configuration.path !== null && configuration.folder === place);
  const under = (folder: string): boolean => place === null || place === "." || folder === place || folder.startsWith(`${place}/`);
  const below = projects.filter(({ location }) => under(location));
  const candidates = at.length > 0 ? at : by.length > 0 ? by : below;
  const [only, second] = candidates;
  if (only === undefined) {
    const broken = problems.filter(({ folder }) => under(folder)).flatMap(({ failures }) => failures);
    return failed(...(broken.length > 0 ? broken : [noPlan(place)]));
  }
  return second === undefined ? ok(only) : failed(severalPlans(place, candidates));
}

function noPlan(place: string | null): Failure {
  return {
    kind: "failure",
    code: "no-migrations-found",
    message: `${place === null ? "The folder" : place} holds no Sqitch plan for PostgreSQL.`,
    location: place === null ? null : { file: place, line: 1 },
    hint: "Name the plan or its folder with --location. Plans for other engines are not read.",
    exitCode: 2,
  };
}

function severalPlans(place: string | null, projects: readonly Project[]): Failure {
  return {
    kind: "failure",
    code: "several-histories",
    message: `There are ${projects.length} Sqitch plans: ${projects.map(({ location, name }) => `${location} (${name ?? "no project"})`).join(", ")}.`,
    location: place === null ? null : { file: place, line: 1 },
    hint: "Say which one: --location FOLDER. To convert several together give it once for each, in the order in which they are deployed.",
    exitCode: 2,
  };
}

interface Source {
  readonly options: ReadOptions;
  readonly projects: readonly Project[];
}

/** Each script has a psql of its own: nothing of a session outlives it. */
const NEW_SESSION: readonly string[] = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL", "RESET search_path"];

function toHistory({ options, projects }: Source, changes: readonly ReadChange[]): History {
  const migrations = changes.map(({ migration }) => migration);
  const scripts = changes.flatMap((change) => change.scripts);
  const registries = [...new Set(projects.map(({ settings }) => settings.registry))];
  const used = registries.filter((registry) => scripts.some(({ text }) => mentionsRegistry(text, registry)));
  const says = (pattern: RegExp): boolean => scripts.some(({ text }) => pattern.test(text));
  return {
    kind: "history",
    tool: "sqitch",
    toolVersion: findToolVersion(options.root, projects),
    location: projects.map(({ location }) => location).join(", "),
    root: options.root,
    migrations,
    baselines: [],
    environments: projects.flatMap(({ configuration }) =>
      namedTargets(configuration).map(({ name, file, line }) => ({ name, location: { file, line }, migrations: [] })),
    ),
    findings: [
      ...projects.flatMap(projectFindings),
      ...changes.flatMap(({ findings }) => findings),
      ...withoutVerify(migrations),
      ...identicalScripts(migrations),
    ],
    preparation: [],
    resetBetween: [
      ...NEW_SESSION,
      ...(says(/\btemp(?:orary)?\b|\bpg_temp\b/i) ? ["DISCARD TEMP"] : []),
      ...(says(/\bprepare\b/i) ? ["DEALLOCATE ALL"] : []),
    ],
    bookkeeping: registries.flatMap(registryTables),
    bookkeepingSql: used.flatMap(registrySql),
    runsOutsideTransaction: [],
  };
}

function projectFindings({ settings, configuration }: Project): readonly Finding[] {
  const location = { file: configuration.path ?? settings.planFile, line: 1 };
  if (settings.engine === null) {
    return [finding("engine-assumed", `No configuration names an engine for ${settings.planFile}: PostgreSQL is assumed.`, location)];
  }
  if (settings.target === null) return [];
  return [finding("target-settings", `The settings are those of the target ${settings.target}; --environment takes another.`, location)];
}

function withoutVerify(migrations: readonly Migration[]): readonly Finding[] {
  const without = migrations.filter((migration) => migration.verify === undefined).map(({ id }) => id);
  if (without.length === 0) return [];
  const shown = without.slice(0, 5).join(", ");
  const more = without.length > 5 ? ` and ${without.length - 5} more` : "";
  return [
    finding(
      "no-verify-script",
      `${without.length} of ${migrations.length} changes have no verify script that says anything: ${shown}${more}.`,
      null,
    ),
  ];
}

/** The registry keeps a deploy script's hash once per project (since version 1.1): the second of two equal scripts cannot be entered. */
function identicalScripts(migrations: readonly Migration[]): readonly Finding[] {
  const first = new Map<string, Migration>();
  return migrations.flatMap((migration) => {
    const key = `${readEntry(migration.entry)?.project} ${migration.checksum}`;
    const twin = first.get(key);
    if (twin === undefined) first.set(key, migration);
    const location = { file: migration.files[0]?.path ?? "", line: 1 };
    return twin === undefined
      ? []
      : [
          finding(
            "identical-scripts",
            `The deploy script of ${migration.id} is byte for byte that of ${twin.id}: Sqitch cannot deploy both in one database.`,
            location,
          ),
        ];
  });
}

function finding(code: string, message: string, location: Finding["location"]): Finding {
  return { kind: "finding", code, message, location, migration: null };
}
