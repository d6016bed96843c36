import type { SourceLocation } from "../../../src/model/source.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { list, text, type Value } from "../../../src/script/value.ts";
import { itemsOf, textOf } from "../values.ts";
import { withoutDefault, type Field } from "./field.ts";
import type { Constraint } from "./constraint.ts";
import type { IndexSpec } from "./index-spec.ts";

/** A model as the migrations up to a point have made it. */
export interface ModelState {
  readonly kind: "model-state";
  readonly app: string;
  readonly name: string;
  /** In the order of their making. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Options of `Meta`, but for the two below. */
  readonly options: ReadonlyMap<string, Value>;
  readonly indexes: readonly IndexSpec[];
  readonly constraints: readonly Constraint[];
  /** Models that it stands on, by key; classes that are no models left out. */
  readonly bases: readonly string[];
}

/** All models at one point. Never changed: each operation gives another. */
export interface ProjectState {
  readonly kind: "project-state";
  readonly models: ReadonlyMap<string, ModelState>;
}

export const emptyState: ProjectState = { kind: "project-state", models: new Map() };

/** The key of a model: `shop.order`. */
export function modelKey(app: string, name: string): string {
  return `${app}.${name.toLowerCase()}`;
}

export function findModel(state: ProjectState, key: string, location: SourceLocation): ModelState {
  const found = state.models.get(key);
  if (found === undefined) throw new Stuck(`there is no model ${key} at this point of the history`, location);
  return found;
}

export function findField(model: ModelState, name: string, location: SourceLocation): Field {
  const found = model.fields.get(name);
  if (found === undefined)
    throw new Stuck(`the model ${model.app}.${model.name} has no field ${name} at this point of the history`, location);
  return found;
}

export function withModel(state: ProjectState, model: ModelState): ProjectState {
  return { ...state, models: new Map([...state.models, [modelKey(model.app, model.name), model]]) };
}

export function withoutModel(state: ProjectState, key: string): ProjectState {
  return { ...state, models: new Map([...state.models].filter(([each]) => each !== key)) };
}

/** `preserve_default=False`: the default is for the rows that are there, and forgotten then. */
export function withField(
  model: ModelState,
  name: string,
  { field, keepDefault }: { readonly field: Field; readonly keepDefault: "keep" | "forget" },
): ModelState {
  const kept = keepDefault === "keep" ? field : withoutDefault(field);
  const fields = new Map(model.fields);
  fields.set(name, kept);
  return { ...model, fields };
}

export function withoutField(model: ModelState, name: string): ModelState {
  return { ...model, fields: new Map([...model.fields].filter(([each]) => each !== name)) };
}

export function withOptions(model: ModelState, options: ReadonlyMap<string, Value>, removed: readonly string[] = []): ModelState {
  const kept = [...model.options].filter(([name]) => !removed.includes(name) || options.has(name));
  return { ...model, options: new Map([...kept, ...options]) };
}

/** The lists of fields of `unique_together` or `index_together`: a single list counts as one of them. */
export function togetherOf(
  model: ModelState,
  option: "unique_together" | "index_together",
  location: SourceLocation,
): readonly (readonly string[])[] {
  return normalizeTogether(model.options.get(option), option, location);
}

/** `normalize_together`. */
export function normalizeTogether(value: Value | undefined, option: string, location: SourceLocation): readonly (readonly string[])[] {
  const items = itemsOf(value, option, location);
  if (items.length > 0 && items.every((item) => item.kind === "text")) return [items.map((item) => textOf(item, option, location))];
  return items.map((item) => itemsOf(item, option, location).map((each) => textOf(each, option, location)));
}

function togetherValue(groups: readonly (readonly string[])[]): Value {
  return list(groups.map((group) => list(group.map(text))));
}

/** `ProjectState.remove_model_options`: one list of fields less. */
export function withoutTogether(
  model: ModelState,
  option: "unique_together" | "index_together",
  { fields, location }: { readonly fields: readonly string[]; readonly location: SourceLocation },
): ModelState {
  const left = togetherOf(model, option, location).filter((group) => group.join() !== fields.join());
  return withOptions(model, new Map([[option, togetherValue(left)]]));
}

/** `ProjectState.rename_field`: the field keeps its place behind the others, and whatever names it follows. */
export function renameField(
  state: ProjectState,
  key: string,
  { from, to, location }: { readonly from: string; readonly to: string; readonly location: SourceLocation },
): ProjectState {
  const model = findModel(state, key, location);
  const field = findField(model, from, location);
  const renamed = (name: string): string => (name === from ? to : name);
  const fields = new Map([...model.fields].filter(([name]) => name !== from));
  fields.set(to, field);
  const together = (["unique_together", "index_together"] as const)
    .filter((option) => model.options.has(option))
    .map((option) => [option, togetherValue(togetherOf(model, option, location).map((group) => group.map(renamed)))] as const);
  const changed = withModel(state, withOptions({ ...model, fields }, new Map(together)));
  // Fields of other models that point to this very field.
  return mapFields(changed, (each) =>
    each.relation?.to === key && each.relation.toField === from ? { ...each, relation: { ...each.relation, toField: to } } : each,
  );
}

/** `ProjectState.rename_model`: whatever points to the model follows. */
export function renameModel(
  state: ProjectState,
  app: string,
  { from, to, location }: { readonly from: string; readonly to: string; readonly location: SourceLocation },
): ProjectState {
  const old = modelKey(app, from);
  const fresh = modelKey(app, to);
  const model = findModel(state, old, location);
  const point = (key: string | null): string | null => (key === old ? fresh : key);
  const entries = [...state.models].filter(([key]) => key !== old || old === fresh);
  const models = new Map([...entries.filter(([key]) => key !== fresh), [fresh, { ...model, name: to }] as const]);
  const moved = mapFields({ ...state, models }, (field) =>
    field.relation === null || (field.relation.to !== old && field.relation.through !== old)
      ? field
      : { ...field, relation: { ...field.relation, to: point(field.relation.to) ?? fresh, through: point(field.relation.through) } },
  );
  return {
    ...moved,
    models: new Map(
      [...moved.models].map(([key, each]) => [
        key,
        each.bases.includes(old) ? { ...each, bases: each.bases.map((base) => point(base) ?? base) } : each,
      ]),
    ),
  };
}

function mapFields(state: ProjectState, change: (field: Field) => Field): ProjectState {
  const models = [...state.models].map(([key, model]): readonly [string, ModelState] => {
    const fields = [...model.fields].map(([name, field]) => [name, change(field)] as const);
    return [key, fields.every(([name, field]) => model.fields.get(name) === field) ? model : { ...model, fields: new Map(fields) }];
  });
  return { ...state, models: new Map(models) };
}
