import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ReadOptions } from "../adapter.ts";
import { withOverride } from "../overrides.ts";
import { failed, inputFailure, ok, type Failure, type Result } from "../../src/model/failure.ts";
import type { Finding, History, Migration } from "../../src/model/history.ts";
import { text, type Value } from "../../src/script/value.ts";
import { parsePython } from "../../src/script/python/parse.ts";
import { callWith } from "../../src/script/python/things.ts";
import type { Stuck } from "../../src/script/stuck.ts";
import { bookkeepingTables, migrationsTable } from "./bookkeeping.ts";
import { chooseProject } from "./choose.ts";
import { contribFiles } from "./contrib/migrations.ts";
import { orderMigrations, type Order } from "./graph.ts";
import { toMigration, type MigrationSource, type Shared } from "./migration.ts";
import { missingApp } from "./missing.ts";
import { toStuck } from "./problems.ts";
import { djangoVersionOf, readApp, type DjangoApp, type DjangoProject } from "./project.ts";
import { openPython, type PythonFiles } from "./python-files.ts";
import { statesOf } from "./run-migration.ts";
import { createCode } from "./runtime/code.ts";
import { readMigrationFile, type MigrationFileContent } from "./runtime/migration-file.ts";
import { createDjango } from "./runtime/world.ts";
import { readSettings, type DjangoSettings } from "./settings.ts";
import { emptyState } from "./state/project-state.ts";
import { lastPart } from "./values.ts";

/** The newest version whose rules are known here: what a project without a lock file is taken to run. */
const newest = "5.2";

interface Project {
  readonly options: ReadOptions;
  readonly project: DjangoProject;
  readonly files: PythonFiles;
  readonly settings: DjangoSettings;
  readonly version: number;
}

/** One file of migrations before it was run. */
interface Candidate {
  readonly app: string;
  readonly name: string;
  readonly path: string;
  readonly module: string;
  /** The file's text; of Django's own applications what stands for it. */
  readonly text: string;
  readonly isContrib: boolean;
}

/** Reads a whole Django history, or gives every failure that kept it from being read. */
export async function readHistory(options: ReadOptions): Promise<Result<History>> {
  const chosen = chooseProject(options);
  if (chosen.kind === "failed") return chosen;
  const project = chosen.value;
  const toolVersion = options.assumptions["django.version"] ?? djangoVersionOf(options.root, project.base);
  const version = Number(/^\d+\.\d+/.exec(toolVersion ?? newest)?.[0] ?? newest);
  const files = openPython(options.root, project.base, options.contents ?? new Map());
  const settings = await readSettings({ project, files, assumptions: options.assumptions, version });
  const at: Project = { options, project, files, settings, version };
  const read = await readApps(at);
  if (read.kind === "failed") return read;
  const ordered = orderMigrations(read.value.sources);
  if (ordered.kind === "failed") return ordered;
  const built = buildMigrations(ordered.value, at);
  if (built.kind === "failed") return built;
  return ok({
    kind: "history",
    tool: "django",
    toolVersion,
    root: options.root,
    location: project.base,
    environments: [],
    preparation: [],
    resetBetween: [],
    bookkeeping: bookkeepingTables,
    bookkeepingSql: [migrationsTable('"django_migrations"', { version, autoField: settings.models.autoField })],
    runsOutsideTransaction: [],
    migrations: built.value,
    baselines: [],
    findings: [...findingsOf(at, { toolVersion, order: ordered.value }), ...read.value.findings],
  });
}

interface ReadApps {
  readonly sources: readonly MigrationSource[];
  readonly findings: readonly Finding[];
}

/** The applications of the project, and those that they need: Django's own, and packages that were installed beside it. */
async function readApps(at: Project): Promise<Result<ReadApps>> {
  const { installed } = at.settings;
  const own = at.project.apps.filter((app) => isInstalled(app, at));
  const waiting = own.flatMap((app) => ofApp(app, at));
  const known = new Set(own.map(({ label }) => label));
  const strangers = (installed ?? []).filter((name) => !name.startsWith("django.") && !isOwn(name, at.project));
  const wanted = [...(installed ?? []).flatMap((name) => /^django\.contrib\.(\w+)/.exec(name)?.[1] ?? []), ...strangers.map(labelOf)];
  const sources: MigrationSource[] = [];
  const failures: Failure[] = [];
  for (;;) {
    for (const candidate of waiting.splice(0)) {
      const source = await readCandidate(candidate, at);
      if (source.kind === "failed") failures.push(...source.failures);
      else sources.push(source.value);
    }
    wanted.push(...sources.flatMap(({ dependencies, runBefore }) => [...dependencies, ...runBefore].map(({ app }) => app)));
    const next = wanted.splice(0).filter((app, index, all) => !known.has(app) && all.indexOf(app) === index);
    if (next.length === 0) break;
    for (const app of next) {
      known.add(app);
      waiting.push(...contribOf(app), ...(contribFiles(app).length > 0 ? [] : packageOf(app, at)));
    }
    if (waiting.length === 0) break;
  }
  if (failures.length > 0) return failed(...failures);
  const findings = at.project.apps
    .filter((app) => !own.includes(app))
    .map((app): Finding => {
      const message = `${app.folder} belongs to no application in INSTALLED_APPS and was left out.`;
      return { kind: "finding", code: "django-app-not-installed", message, location: { file: app.folder, line: 1 }, migration: null };
    });
  const absent = strangers.filter((name) => sources.every(({ app }) => app !== labelOf(name)));
  return ok({ sources, findings: absent.length === 0 ? findings : [...findings, absentPackages(absent)] });
}

/** Whether an entry of `INSTALLED_APPS` is a package of the project, with migrations or without. */
function isOwn(name: string, { apps }: DjangoProject): boolean {
  const [first = name] = name.split(".");
  return apps.some(({ module }) => module.split(".")[0] === first);
}

/** `taggit`, `social_django.config.PythonSocialAuthConfig`: the label that an application has unless it says otherwise. */
function labelOf(name: string): string {
  return lastPart(name.replace(/\.(?:apps|config)\.\w+$/, ""));
}

function absentPackages(names: readonly string[]): Finding {
  const message = `INSTALLED_APPS names ${names.join(", ")}, which are not in this project: tables that they have are not in the history. Install them in .venv of the project, and their migrations are read.`;
  return { kind: "finding", code: "django-packages-absent", message, location: null, migration: null };
}

/** Whether `INSTALLED_APPS` names an application; where it is not known, whether it stands in no folder of tests. */
function isInstalled(app: DjangoApp, { settings, project }: Project): boolean {
  const module = app.module.replace(/\.?[^.]+$/, "");
  const named = (settings.installed ?? []).some(
    (name) => name === module || name.startsWith(`${module}.`) || module.startsWith(`${name}.`) || module === "",
  );
  if (settings.installed !== null && named) return true;
  const inTests = /(?:^|\/)(?:tests?|testing|testapp|test_\w+|examples?)\//.test(app.folder);
  // Packages find their plugins when they start: what no setting names may be there all the same.
  return settings.installed === null ? !inTests : !inTests && project.apps.every((each) => !isNamed(each, settings.installed ?? []));
}

function isNamed(app: DjangoApp, installed: readonly string[]): boolean {
  const module = app.module.replace(/\.?[^.]+$/, "");
  return installed.some((name) => name === module || name.startsWith(`${module}.`));
}

function ofApp(app: DjangoApp, { settings, files, options, project }: Project): readonly Candidate[] {
  const moved = settings.migrationModules.get(app.label);
  if (moved === null) return [];
  const place = moved === undefined ? app : readApp(options.root, project.base, posix.join(project.base, moved.replaceAll(".", "/")));
  return place.migrations.map((name) => {
    const path = posix.join(place.folder, `${name}.py`);
    return { app: app.label, name, path, module: `${place.module}.${name}`, text: files.read(path) ?? "", isContrib: false };
  });
}

function contribOf(app: string): readonly Candidate[] {
  return contribFiles(app).map(({ name, path, text: content }) => ({
    app,
    name,
    path,
    module: `django.contrib.${app}.migrations.${name}`,
    text: content,
    isContrib: true,
  }));
}

/** The migrations of a package that stands in a virtual environment of the project. */
function packageOf(app: string, { files, options, settings }: Project): readonly Candidate[] {
  const names = [app, ...(settings.installed ?? []).filter((name) => name.split(".").includes(app))];
  for (const start of files.packages)
    for (const name of names) {
      const found = readApp(options.root, start, posix.join(start, name.replaceAll(".", "/"), "migrations"));
      if (found.migrations.length > 0 && (found.label === app || name.endsWith(app)))
        return found.migrations.map((each) => {
          const path = posix.join(found.folder, `${each}.py`);
          return { app, name: each, path, module: `${found.module}.${each}`, text: files.read(path) ?? "", isContrib: false };
        });
    }
  return [];
}

async function readCandidate(candidate: Candidate, at: Project): Promise<Result<MigrationSource>> {
  const { app, name, path } = candidate;
  const parsed = parsePython(candidate.text, { file: path, module: candidate.module, isPackage: false });
  if (parsed.kind === "broken")
    return failed(
      inputFailure("python-syntax", "This is no Python.", {
        location: parsed.location,
        hint: "Mend the file, or give its SQL and leave it out of the folder.",
      }),
    );
  const { source } = parsed;
  const location = { file: path, line: 1 };
  const load = async (
    told: (problem: Stuck, statement: string) => Promise<void>,
  ): Promise<{ readonly content: MigrationFileContent; readonly run: ReturnType<typeof createDjango> }> => {
    const run = interpreterOf(at, told);
    return { content: await readMigrationFile(source, run, { app, version: at.version, assumptions: at.options.assumptions }), run };
  };
  try {
    const { content } = await load(async () => undefined);
    const lines = candidate.text.split("\n");
    return ok({
      app,
      name,
      location,
      ...content,
      id: `${app}.${name}`,
      title: name.replace(/^\d+_/, "").replaceAll("_", " "),
      files: candidate.isContrib ? [] : [{ path, role: "both", sha256: createHash("sha256").update(candidate.text).digest("hex") }],
      again: async (told) => {
        const { content: fresh, run } = await load(told);
        return {
          operations: fresh.operations,
          code: (execute) => createCode({ run, execute }),
          call: (callee) => run.call(callee, callWith(location)),
        };
      },
      textAt: (line) => lines.slice(line - 1, line + 29).join("\n"),
    });
  } catch (error) {
    const problem = toStuck(error);
    return failed(
      inputFailure("unreadable-migration", `${app}.${name} cannot be read: ${problem.reason}.`, {
        location: problem.location,
        hint: "Write its dependencies and operations as they are, without code that computes them, or say the fact with --assume.",
      }),
    );
  }
}

function interpreterOf(
  { files, settings, options }: Project,
  told: (problem: Stuck, statement: string) => Promise<void>,
): ReturnType<typeof createDjango> {
  return createDjango({
    files,
    setting: async (name) => settingOf(name, { settings, assumptions: options.assumptions }),
    environment: (name) => options.assumptions[name] ?? null,
    stuck: told,
  });
}

function settingOf(
  name: string,
  { settings, assumptions }: { readonly settings: DjangoSettings; readonly assumptions: Readonly<Record<string, string>> },
): Value | null {
  const assumed = assumptions[name];
  if (assumed !== undefined) return text(assumed);
  const found = settings.find(name);
  if (found !== null) return found;
  const user = settings.models.swapped.get("AUTH_USER_MODEL");
  if (name === "AUTH_USER_MODEL") return text(user ?? "auth.User");
  return name === "USE_TZ" ? { kind: "boolean", value: true } : null;
}

/** Migrations in their order, each with the states of the models around its operations. */
function buildMigrations(order: Order<MigrationSource>, at: Project): Result<readonly Migration[]> {
  const shared: Shared = { version: at.version, settings: at.settings.models };
  let state = emptyState;
  const built: Migration[] = order.missing.map((each) => missingApp(each));
  for (const source of order.migrations) {
    const states = statesOf(source.operations, state);
    state = states.at(-1) ?? state;
    built.push(toMigration(source, states, shared));
  }
  const overridden = built.map((each) => withOverride(each, at.options.root, each.id));
  const refused = overridden.flatMap((each) => (each.kind === "failed" ? each.failures : []));
  return refused.length > 0 ? failed(...refused) : ok(overridden.flatMap((each) => (each.kind === "ok" ? [each.value] : [])));
}

function findingsOf(
  { version }: Project,
  { toolVersion, order }: { readonly toolVersion: string | null; readonly order: Order<MigrationSource> },
): readonly Finding[] {
  const found: Finding[] = [];
  const add = (code: string, message: string): void => void found.push({ kind: "finding", code, message, location: null, migration: null });
  if (toolVersion === null)
    add(
      "django-version-assumed",
      `No lock file names the version of Django; the rules of ${version} were taken. Say otherwise with --assume django.version=4.2.`,
    );
  if (order.replaced.size > 0)
    add("django-squashed", `${order.replaced.size} migrations are replaced by squashed ones, as Django does it on an empty database.`);
  return found;
}
