import type { SourceLocation } from "../../../src/model/source.ts";
import { isClass, linearize, type PythonInstance } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import type { FieldContext } from "../build/field.ts";
import { bind, itemsOf, lastPart, specOf, type Spec } from "../values.ts";
import { fieldOperations } from "./fields.ts";
import { indexOperations } from "./indexes.ts";
import { modelOperations } from "./models.ts";
import type { Operation, OperationContext, OperationKind, Turn } from "./operation.ts";
import { postgresOperations } from "./postgres.ts";
import { specialOperations } from "./special.ts";

const kinds: Readonly<Record<string, OperationKind>> = {
  ...modelOperations,
  ...fieldOperations,
  ...indexOperations,
  ...specialOperations,
  ...postgresOperations,
};

/** The operations of a migration. One that is not understood stands for itself and throws `Stuck` when it runs. */
export async function buildOperations(
  value: Value | undefined,
  fields: FieldContext,
  location: SourceLocation,
): Promise<readonly Operation[]> {
  const at: OperationContext = { ...fields, build: (inner, place) => buildOperations(inner, fields, place) };
  const built: Operation[] = [];
  for (const item of itemsOf(value, "the operations", location)) built.push(await buildOperation(item, at, location));
  return built;
}

async function buildOperation(value: Value, at: OperationContext, location: SourceLocation): Promise<Operation> {
  if (value.kind === "unknown") return refusing("an operation", new Stuck(`the operation is not known: ${value.reason}`, value.location));
  const spec = specOf(value);
  if (spec === null) return refusing("an operation", new Stuck("the operation is not known", location));
  const name = lastPart(spec.path);
  try {
    const known = knownOperation(spec);
    const built = known === null ? null : await known.build({ spec, given: bind(spec, known.parameters), location: spec.location, at });
    if (spec.instance !== null && overrides(spec.instance, "database_forwards")) return ownOperation(value, spec, built);
    if (built === null) return refusing(name, new Stuck(`the operation ${spec.path} is not known`, spec.location));
    return { name, location: spec.location, ...built };
  } catch (error) {
    if (error instanceof Stuck) return refusing(name, error);
    throw error;
  }
}

function knownOperation({ path }: Spec): OperationKind | null {
  return /^django\.(?:db\.migrations|contrib\.postgres\.operations|contrib\.gis)/.test(path) ? (kinds[lastPart(path)] ?? null) : null;
}

function overrides(instance: PythonInstance, method: string): boolean {
  return linearize(instance.class).some((each) => isClass(each) && each.attributes.has(method));
}

/** An operation whose class is the project's and says itself what it sends. */
function ownOperation(value: Value, spec: Spec, built: Omit<Operation, "name" | "location"> | null): Operation {
  const run = (method: "database_forwards" | "database_backwards") => (turn: Turn) => turn.code.runMethod(value, method, spec.location);
  return {
    name: spec.instance?.class.qualifiedName ?? lastPart(spec.path),
    location: spec.location,
    canGoBack: spec.instance !== null && overrides(spec.instance, "database_backwards"),
    state: (state) => built?.state(state) ?? state,
    forwards: run("database_forwards"),
    backwards: run("database_backwards"),
  };
}

/** An operation that cannot be followed: its state stays as it was. */
function refusing(name: string, problem: Stuck): Operation {
  const refuse = async (): Promise<void> => {
    throw problem;
  };
  return { name, location: problem.location, canGoBack: false, state: (state) => state, forwards: refuse, backwards: refuse };
}
