import type { SourceLocation } from "../../../src/model/source.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import type { Field } from "../state/field.ts";
import { modelKey, type ModelState } from "../state/project-state.ts";
import { itemsOf, textEntries, textOf } from "../values.ts";
import { buildConstraint } from "./constraint.ts";
import { buildField, inModel, modelReference, type FieldContext } from "./field.ts";
import { buildIndex } from "./index-spec.ts";

interface ModelParts {
  readonly name: string;
  readonly fields: Value | undefined;
  readonly options: Value | undefined;
  readonly bases: Value | undefined;
  readonly location: SourceLocation;
}

/** A model that a migration makes, as data. */
export async function buildModel({ name, fields, options, bases, location }: ModelParts, at: FieldContext): Promise<ModelState> {
  const key = modelKey(at.app, name);
  const built = new Map<string, Field>();
  for (const pair of itemsOf(fields, "the fields of the model", location)) {
    const [fieldName, field] = itemsOf(pair, "a field of the model", location);
    built.set(textOf(fieldName, "the name of a field", location), inModel(await buildField(field, at, location), key));
  }
  if (options?.kind === "unknown") throw new Stuck(`the options of the model are not known: ${options.reason}`, options.location);
  const said = textEntries(options);
  return {
    kind: "model-state",
    app: at.app,
    name,
    fields: built,
    options: new Map([...said].filter(([option]) => option !== "indexes" && option !== "constraints")),
    indexes: itemsOf(said.get("indexes"), "the indexes of the model", location).map((each) => buildIndex(each, location)),
    constraints: itemsOf(said.get("constraints"), "the constraints of the model", location).map((each) => buildConstraint(each, location)),
    // Classes among the bases are mixins without fields; models are named by text.
    bases: itemsOf(bases, "the bases of the model", location).flatMap((base) =>
      base.kind === "text" ? [modelReference(base, at.app, location)] : [],
    ),
  };
}
