import type { Dialect } from "../fragments.ts";
import { clusterShapes } from "./cluster.ts";
import { foreignShapes } from "./foreign.ts";
import { operatorShapes } from "./operators.ts";
import { schemaObjectShapes } from "./schema-objects.ts";
import { plainQuery } from "./shape.ts";
import { textSearchShapes } from "./text-search.ts";

/** One statement per catalog that gives one object as `PlainFacts`, keyed by catalog. `target` is the oid. */
export function plainQueries(d: Dialect): Readonly<Record<string, string>> {
  const shapes = [...schemaObjectShapes(d), ...clusterShapes(d), ...foreignShapes(d), ...operatorShapes(d), ...textSearchShapes()];
  return Object.fromEntries(shapes.map((shape) => [shape.catalog, plainQuery(shape)]));
}
