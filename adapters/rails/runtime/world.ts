import { isModule, type RubyModule } from "../../../src/script/ruby/things.ts";
import { createBudget } from "../../../src/script/limits.ts";
import { createInterpreter, type Interpreter, type World } from "../../../src/script/ruby/interpreter.ts";
import { createInstance, createModule } from "../../../src/script/ruby/modules.ts";
import type { RubySource } from "../../../src/script/ruby/parse.ts";
import type { Stuck } from "../../../src/script/stuck.ts";
import { nil, type Thing, type Value } from "../../../src/script/value.ts";
import type { Inflector } from "../inflector.ts";
import type { ProjectFiles } from "../project-files.ts";
import { activeSupport } from "./active-support.ts";
import { environmentThings, type Facts } from "./environment.ts";
import { migrationClass, type MigrationRunner } from "./migration-class.ts";
import { modelBase, type ModelWorld } from "./models.ts";

/** What one run of one migration stands in. */
export interface Surroundings {
  /** A Ruby file of the project; `null` where it is none. */
  readonly sourceOf: (path: string) => RubySource | null;
  readonly files: ProjectFiles;
  readonly inflect: Inflector;
  readonly facts: Facts;
  /** A statement that could not be followed. */
  stuck(problem: Stuck, statement: string): Promise<void>;
}

export interface RailsWorld {
  readonly run: Interpreter;
  readonly topLevel: RubyModule;
  extensions(): Promise<readonly RubyModule[]>;
}

/** Constants of Rails, of the application and of its libraries, around one migration. `models` is asked when the first of them is. */
export function createWorld(around: Surroundings, runner: MigrationRunner, models: () => ModelWorld): RailsWorld {
  const topLevel: RubyModule = createModule({ name: "Object", type: "module" }, () => run);
  const loaded = new Set<string>();
  let loading = 0;
  const given = new Map<string, Value>();

  const load = async (source: RubySource): Promise<void> => {
    loading += 1;
    try {
      await run.runFile(source, topLevel);
    } finally {
      loading -= 1;
    }
  };
  const open = (path: string): RubySource | null => {
    if (loaded.has(path)) return null;
    loaded.add(path);
    return around.sourceOf(path);
  };
  const known = (path: string): Value | null => {
    if (given.size === 0) for (const [name, value] of constants(around, { runner, models, run })) given.set(name, value);
    return given.get(path) ?? null;
  };

  const world: World = {
    budget: createBudget(),
    topLevel,
    async constant(path) {
      const own = known(path) ?? findDefined(topLevel, path);
      if (own !== null) return own;
      const file = around.files.fileOfConstant(path, around.inflect);
      const source = file === null ? null : open(file);
      if (source !== null) await load(source);
      // Constants of the application itself stand beside its class.
      const application = path.includes("::") ? open("config/application.rb") : null;
      if (application !== null) await load(application);
      return findDefined(topLevel, path) ?? fallback(path, known);
    },
    extension: async (receiver, message) => {
      if ((receiver.kind === "text" || receiver.kind === "symbol") && /^(?:safe_)?constantize$/.test(message.name))
        return world.constant(receiver.value, message.location);
      return activeSupport(receiver, message, { inflect: around.inflect, clock: around.facts.clock });
    },
    require: async (path, { file, relative }) => {
      const found = around.files.resolveRequire(path, relative ? file : null);
      return found === null ? null : open(found);
    },
    stuck: async (problem, statement) => {
      // What a library file says beside the methods that are called is not the migration's.
      if (loading === 0) await around.stuck(problem, statement);
    },
  };
  const run: Interpreter = createInterpreter(world);
  return { run, topLevel, extensions: () => extensionsOf(around, world) };
}

/** Modules that an initializer puts into every migration: `ActiveRecord::Migration.include(Migrations::Tools)`. */
async function extensionsOf({ files }: Surroundings, world: World): Promise<readonly RubyModule[]> {
  const found: RubyModule[] = [];
  for (const { path, name } of files.migrationExtensions()) {
    const value = await world.constant(name, { file: path, line: 1 });
    if (value?.kind === "thing" && isModule(value)) found.push(value);
  }
  return found;
}

/** A constant that the text of the run has defined, by its whole name. */
export function findDefined(topLevel: RubyModule, path: string): Value | null {
  let at: Value = topLevel;
  for (const part of path.split("::")) {
    if (at.kind !== "thing" || !isModule(at)) return null;
    const next: Value | undefined = at.constants.get(part);
    if (next === undefined) return null;
    at = next;
  }
  return at;
}

/** Libraries whose names stand before `::`; what is not in them is nobody's. */
function fallback(path: string, known: (path: string) => Value | null): Value | null {
  if (path === "ApplicationRecord") return known("ActiveRecord::Base");
  if (/^(?:ActiveRecord|ActiveSupport|ActiveModel|PG)$/.test(path)) return namespace(path);
  // Names of errors are only raised and rescued.
  return /(?:Error|Exception|NotFound|Irreversible\w*|Invalid|NotUnique)$/.test(path) ? namespace(path) : null;
}

function namespace(name: string): Thing {
  return { kind: "thing", name, receive: async ({ name: method }) => (method === "on_load" ? nil : null) };
}

interface Within {
  readonly runner: MigrationRunner;
  readonly models: () => ModelWorld;
  readonly run: Interpreter;
}

/** `ActiveRecord::Schema[7.1].define { … }`: the block runs as a migration of that version. */
function schemaThing(level: () => number, { run, runner }: Pick<Within, "run" | "runner">): Thing {
  return {
    kind: "thing",
    name: "ActiveRecord::Schema",
    async receive(message) {
      const [version = nil] = message.positional;
      if (message.name === "[]" && (version.kind === "float" || version.kind === "integer"))
        return schemaThing(() => Number(version.value), { run, runner });
      if (message.name !== "define" || message.block === null) return null;
      const base = createModule({ name: "ActiveRecord::Schema", type: "class", superclass: migrationClass(level(), runner) }, () => run);
      return message.block.call({ ...message, positional: [], keywords: null, block: null }, createInstance(base, run));
    },
  };
}

/** A dump that names no version was made by a Rails before 7.0; `version: 20160101` without underscores by one before 5.2, and without `id:` types before 5.1. */
function unversionedLevel(text: string | null): number {
  if (text === null || /define\(version:\s*\d+_/.test(text)) return 6.1;
  return /\bid: :(?:serial|bigint|integer)\b/.test(text) ? 5.1 : 5.0;
}

function constants({ facts, files }: Surroundings, { runner, models, run }: Within): readonly (readonly [string, Value])[] {
  // Without a version it means what it meant in 4.2.
  const bare = { ...migrationClass(4.2, runner), name: "ActiveRecord::Migration" };
  const current: Thing = {
    ...bare,
    receive: async (message) => (message.name === "current_version" ? { kind: "float", value: facts.railsVersion } : bare.receive(message)),
  };
  return [
    ["ActiveRecord::Migration", current],
    ["ActiveRecord::Base", modelBase(models())],
    ["ActiveRecord::Schema", schemaThing(() => unversionedLevel(files.read("db/schema.rb")), { run, runner })],
    ["ActiveRecord::Migration::Current", migrationClass(facts.railsVersion, runner)],
    ...environmentThings(facts, files),
  ];
}
