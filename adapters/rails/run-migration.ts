import { createNotes, type Outcome, type Run } from "../../src/script/notes.ts";
import { hostOf, isInstance, isModule, type RubyModule } from "../../src/script/ruby/things.ts";
import type { SourceLocation } from "../../src/model/source.ts";

import type { Interpreter } from "../../src/script/ruby/interpreter.ts";
import { Stuck } from "../../src/script/stuck.ts";
import type { Thing, Value } from "../../src/script/value.ts";
import { createCatalog } from "../catalog.ts";
import type { Connection } from "./connection.ts";
import type { MigrationSource, Shared } from "./migration.ts";
import { createProblems } from "./problems.ts";
import { createRunner, takeBack, type MigrationRunner } from "./runtime/migration-class.ts";
import { createWorld, findDefined } from "./runtime/world.ts";
import { placeStatements } from "../../src/sql/place-statements.ts";

interface RunOfRails extends Run {
  /** `file`: the file itself does it, without a class (`schema.rb`). */
  readonly entry?: "file";
}

/** Runs a migration in one direction: hands out what Rails would send, and what a person has to say where that is not known. */
export async function runMigration(file: MigrationSource, shared: Shared, { at, direction, emit, entry }: RunOfRails): Promise<Outcome> {
  const { notes, note } = createNotes();
  const problems = createProblems(file, emit);
  const catalog = createCatalog(at);
  const connectionAt = (level: number): Connection => ({
    level: Math.min(level, shared.railsVersion),
    installed: shared.railsVersion,
    datetimeType: shared.datetimeType,
    catalog,
    inflect: shared.inflect,
    schemaPlus: shared.schemaPlus,
    run: world.run,
    readFile: (path) => shared.files.read(path),
    note,
    get versionsBefore() {
      return shared.versions.filter((version) => BigInt(version) < BigInt(file.version));
    },
    async send(sql, location) {
      for (const statement of placeStatements(sql, location)) await emit({ kind: "statement", ...statement });
      catalog.changed();
    },
  });
  const runner = createRunner(connectionAt, direction);
  const world = createWorld(
    {
      ...shared,
      facts: {
        clock: { now: Date.parse(file.date ?? "2000-01-01T00:00:00.000Z"), told: ({ location }) => problems.timed(location) },
        railsVersion: shared.railsVersion,
        assumptions: shared.assumptions,
        asked: (fact, answer, { location }) =>
          note("rails-fact", `${fact} is taken to be ${answer}; say otherwise with --assume.`, location),
      },
      stuck: (problem, statement) => problems.stuck(problem, statement),
    },
    runner,
    () => ({ connection: connectionAt(shared.railsVersion), fresh: /^(?:yes|true|1)$/i.test(shared.assumptions["fresh"] ?? "") }),
  );
  try {
    await world.run.runFile(file.source, world.topLevel);
    if (entry === "file") return { notes, edgeCases: problems.edgeCases() };
    const found = findClass(world.topLevel, file.shape.className);
    if (found === null) throw new Stuck("there is no migration class in this file", { file: file.source.file, line: 1 });
    found.includes.push(...(await world.extensions()));
    await runDirection(found, { runner, run: world.run, location: { file: file.source.file, line: 1 } });
  } catch (error) {
    await problems.ended(error, direction);
  }
  return { notes, edgeCases: direction === "up" ? problems.edgeCases() : [] };
}

function findClass(topLevel: RubyModule, name: string | null): RubyModule | null {
  const found = name === null ? null : findDefined(topLevel, name);
  return found?.kind === "thing" && isModule(found) ? found : null;
}

interface Context {
  readonly runner: MigrationRunner;
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

/** `Migration#exec_migration`: `change`, inverted for the way down; else `up` or `down`, of the instance or, in old files, of the class. */
async function runDirection(migration: RubyModule, { runner, run, location }: Context): Promise<void> {
  const host = hostOf(migration);
  if (host === null) throw new Stuck(`nothing is known of what ${migration.name} stands on`, location);
  const message = { positional: [], keywords: null, block: null, location };
  const instance = await run.send(migration, { ...message, name: "new" }, null);
  if (instance.kind !== "thing" || !isInstance(instance)) throw new Stuck(`${migration.name} cannot be made`, location);
  const name = migration.methods.has("change") ? "change" : runner.direction;
  const self: Thing = migration.methods.has(name) || !migration.singleton.has(name) ? instance : migration;
  const call = async (): Promise<Value> => {
    const value = await run.send(self, { ...message, name }, null);
    if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
    return value;
  };
  if (name === "change" && runner.direction === "down") await takeBack(call, { runner, level: levelOf(host.name) });
  else await call();
}

function levelOf(name: string): number {
  return Number(/\[(\d+\.\d+)\]/.exec(name)?.[1] ?? 4.2);
}
