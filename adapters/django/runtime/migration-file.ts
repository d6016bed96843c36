import type { SourceLocation } from "../../../src/model/source.ts";
import type { Interpreter } from "../../../src/script/python/interpreter.ts";
import type { PythonSource } from "../../../src/script/python/parse.ts";
import { callWith, isClass, isInstance, linearize, makeThing } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { text, unknown, type Value } from "../../../src/script/value.ts";
import type { FieldContext } from "../build/field.ts";
import type { Target } from "../graph.ts";
import { buildOperations } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { isTrue, itemsOf, specOf, textOf } from "../values.ts";

/** What a migration file says, its operations as data. */
export interface MigrationFileContent {
  readonly dependencies: readonly Target[];
  readonly runBefore: readonly Target[];
  readonly replaces: readonly Target[];
  readonly isAtomic: boolean;
  readonly operations: readonly Operation[];
}

/** What files are read with. */
export interface Reading {
  readonly app: string;
  readonly version: number;
  readonly assumptions: Readonly<Record<string, string>>;
}

/** Runs a migration file and reads its class. Throws `Stuck` where it has none or what it says of itself is not known. */
export async function readMigrationFile(
  source: PythonSource,
  run: Interpreter,
  { app, version, assumptions }: Reading,
): Promise<MigrationFileContent> {
  const location: SourceLocation = { file: source.file, line: 1 };
  const module = await run.runFile(source);
  const migration = await module.attribute("Migration", location);
  if (migration === null || !isClass(migration)) throw new Stuck("there is no class Migration in this file", location);
  const own = async (name: string): Promise<Value | undefined> => (await run.find(migration, name, location)) ?? undefined;
  const said = async (name: string): Promise<Value | undefined> => {
    const value = await own(name);
    // Attributes of Django's own class say nothing.
    return value !== undefined && value.kind === "thing" && !isInstance(value) ? undefined : value;
  };
  const fields: FieldContext = {
    app,
    version,
    ask: (spec, method) => askField(spec.instance, { method, run, location: spec.location }),
    assumedType: (path) => assumptions[`field.${path}`] ?? null,
  };
  const atomic = await said("atomic");
  return {
    dependencies: targets(await said("dependencies"), "the dependencies", location),
    runBefore: targets(await said("run_before"), "run_before", location),
    replaces: targets(await said("replaces"), "what it replaces", location),
    isAtomic: atomic === undefined || isTrue(atomic, "atomic", location),
    operations: await buildOperations(await said("operations"), fields, location),
  };
}

function targets(value: Value | undefined, what: string, location: SourceLocation): readonly Target[] {
  return itemsOf(value, what, location).map((item) => {
    const spec = specOf(item);
    // `swappable_dependency(settings.AUTH_USER_MODEL)`: the first migration of the application whose model counts.
    if (spec?.path.endsWith(".swappable_dependency") === true) {
      const model = textOf(spec.args[0] ?? spec.keywords.get("value"), "the model that is swapped in", spec.location);
      return { app: model.slice(0, model.indexOf(".")), name: "__first__" };
    }
    const [app, name] = itemsOf(item, what, location);
    return { app: textOf(app, what, location), name: textOf(name, what, location) };
  });
}

interface Question {
  readonly method: "db_type" | "get_internal_type";
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

/** What a method of a field of the project gives; `null` where its class has none of its own. */
async function askField(instance: Value | null, { method, run, location }: Question): Promise<Value | null> {
  if (instance === null || !isInstance(instance)) return null;
  if (!linearize(instance.class).some((each) => isClass(each) && each.attributes.has(method))) return null;
  const callee = await run.find(instance, method, location);
  if (callee === null) return null;
  try {
    return await run.call(callee, method === "db_type" ? callWith(location, connectionThing) : callWith(location));
  } catch (error) {
    if (error instanceof Stuck) return unknown(error.reason, error.location);
    throw error;
  }
}

/** A connection, as far as fields and functions ask it without sending anything. */
export const connectionThing: Value = makeThing({
  name: "a connection",
  attribute: async (name) => (name === "vendor" ? text("postgresql") : name === "alias" ? text("default") : null),
});
