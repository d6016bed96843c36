import type { SourceLocation } from "../../../src/model/source.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, integer } from "../../../src/script/value.ts";
import { truncateName } from "../names.ts";
import { isTrue, optionalText } from "../values.ts";
import { isPrimaryKey, saysYes, textOption, type Field, type Relation } from "./field.ts";
import { modelKey, type ModelState, type ProjectState } from "./project-state.ts";

/** What the settings of the project say of its models. */
export interface ModelSettings {
  /** `DEFAULT_AUTO_FIELD`, its class: `BigAutoField`. */
  readonly autoField: string;
  readonly tablespace: string;
  readonly indexTablespace: string;
  /** By setting (`AUTH_USER_MODEL`) the key of the model that counts. */
  readonly swapped: ReadonlyMap<string, string>;
}

/** A field in its model: what a column is called. */
export interface FieldView {
  readonly name: string;
  readonly field: Field;
  /** `null` for a many-to-many field. */
  readonly column: string | null;
  readonly model: ModelView;
}

/** A model as Django renders it: its table, and its own fields in the order of its columns. */
export interface ModelView {
  readonly key: string;
  readonly app: string;
  readonly name: string;
  readonly table: string;
  /** Whether migrations make its table: it is no proxy, managed, and not swapped out. */
  readonly hasTable: boolean;
  readonly state: ModelState;
  readonly fields: readonly FieldView[];
  readonly tablespace: string;
  /** Whether Django made it between two models, for a many-to-many field. */
  readonly isThrough: boolean;
  readonly project: ProjectView;
}

/** The models at one point of the history, related to each other. */
export interface ProjectView {
  readonly state: ProjectState;
  readonly settings: ModelSettings;
  /** Throws `Stuck` where there is none. */
  model(key: string, location: SourceLocation): ModelView;
  findModel(key: string): ModelView | null;
}

const views = new WeakMap<ProjectState, ProjectView>();

/** The same view for the same state. */
export function viewOf(state: ProjectState, settings: ModelSettings): ProjectView {
  const known = views.get(state);
  if (known !== undefined) return known;
  const models = new Map<string, ModelView>();
  const view: ProjectView = {
    state,
    settings,
    findModel(key) {
      const found = state.models.get(key);
      if (found === undefined) return null;
      const made = models.get(key) ?? renderModel(found, view);
      models.set(key, made);
      return made;
    },
    model(key, location) {
      const found = view.findModel(key);
      if (found === null) throw new Stuck(`there is no model ${key} at this point of the history`, location);
      return found;
    },
  };
  views.set(state, view);
  return view;
}

function renderModel(state: ModelState, project: ProjectView): ModelView {
  const key = modelKey(state.app, state.name);
  const said = (option: string): string | null => optionalText(state.options.get(option), option, locationOf(state));
  const yes = (option: string, otherwise: boolean): boolean =>
    state.options.has(option) ? isTrue(state.options.get(option), option, locationOf(state)) : otherwise;
  const swappable = said("swappable");
  const chosen = swappable === null ? undefined : project.settings.swapped.get(swappable);
  const proxied = yes("proxy", false);
  const fields: FieldView[] = [];
  const base = proxied ? project.findModel(state.bases[0] ?? "") : null;
  const table = said("db_table");
  const model: ModelView = {
    key,
    app: state.app,
    name: state.name,
    table: base?.table ?? (table === null || table === "" ? truncateName(`${state.app}_${state.name.toLowerCase()}`) : truncateName(table)),
    hasTable: !proxied && yes("managed", true) && (chosen === undefined || chosen === key),
    state,
    fields,
    tablespace: said("db_tablespace") ?? project.settings.tablespace,
    isThrough: false,
    project,
  };
  const own = [...state.fields].map(([name, field]): FieldView => ({ name, field, column: columnOf(name, field), model }));
  // Fields that Django made itself count as older than all others, the last of them as the oldest.
  const made = own.filter(({ field }) => saysYes(field, "auto_created")).reverse();
  const primary = own.some(
    ({ field }) => isPrimaryKey(field) || field.relation?.parentLink === true || field.internalType === "CompositePrimaryKey",
  );
  if (!primary && !proxied && state.bases.length === 0)
    fields.push({ name: "id", field: autoField(project.settings, locationOf(state)), column: "id", model });
  fields.push(...made, ...own.filter((each) => !made.includes(each)));
  if (said("order_with_respect_to") !== null && !state.fields.has("_order"))
    fields.push({ name: "_order", field: orderField(locationOf(state)), column: "_order", model });
  return model;
}

function locationOf(state: ModelState): SourceLocation {
  return [...state.fields.values()][0]?.location ?? { file: `${state.app}.${state.name}`, line: 1 };
}

function columnOf(name: string, field: Field): string | null {
  if (field.relation?.kind === "many-to-many" || field.internalType === "CompositePrimaryKey" || field.internalType === "none") return null;
  return textOption(field, "db_column") ?? (field.relation === null ? name : `${name}_id`);
}

function plainField(internalType: string, options: Field["options"], location: SourceLocation): Field {
  return {
    kind: "field",
    internalType,
    path: `django.db.models.${internalType}`,
    options,
    type: null,
    relation: null,
    inner: null,
    location,
  };
}

/** The primary key of a model that has none: of the class in `DEFAULT_AUTO_FIELD`. */
function autoField({ autoField: internalType }: ModelSettings, location: SourceLocation): Field {
  return plainField(
    internalType,
    new Map([
      ["primary_key", boolean(true)],
      ["auto_created", boolean(true)],
    ]),
    location,
  );
}

/** `OrderWrt`, without a default: `AlterOrderWithRespectTo` has one of its own. */
function orderField(location: SourceLocation): Field {
  return plainField("IntegerField", new Map([["default", integer(0)]]), location);
}

/** The field of that name, of the model or of one that it stands on. Throws `Stuck` where there is none. */
export function fieldOf(model: ModelView, name: string, location: SourceLocation): FieldView {
  const found = findFieldOf(model, name);
  if (found === null) throw new Stuck(`the model ${model.app}.${model.name} has no field ${name} at this point of the history`, location);
  return found;
}

export function findFieldOf(model: ModelView, name: string): FieldView | null {
  if (name === "pk") return primaryKeyOf(model);
  const own = model.fields.find((each) => each.name === name) ?? model.fields.find((each) => each.column === name);
  if (own !== undefined) return own;
  for (const base of model.state.bases) {
    const parent = model.project.findModel(base);
    const found = parent === null ? null : findFieldOf(parent, name);
    if (found !== null) return found;
  }
  return null;
}

/** The column of a field that must have one. */
export function columnName(view: FieldView): string {
  if (view.column === null) throw new Stuck(`the field ${view.name} has no column`, view.field.location);
  return view.column;
}

/** The primary key: its own, the link to its parent, or that of the model it stands for. `null` where it has several columns. */
export function primaryKeyOf(model: ModelView): FieldView | null {
  const own =
    model.fields.find(({ field }) => isPrimaryKey(field)) ?? model.fields.find(({ field }) => field.relation?.parentLink === true);
  if (own !== undefined) return own;
  const base = model.project.findModel(model.state.bases[0] ?? "");
  return base === null ? null : primaryKeyOf(base);
}

/** The field that a foreign key points to. Throws `Stuck` where its model is not in the history. */
export function targetOf(view: FieldView): FieldView {
  const relation = relationOf(view);
  const model = concreteModel(view.model.project.model(relation.to, view.field.location));
  const target = relation.toField === null ? primaryKeyOf(model) : fieldOf(model, relation.toField, view.field.location);
  if (target === null) throw new Stuck(`the model ${relation.to} has no single primary key`, view.field.location);
  return target;
}

export function concreteModel(model: ModelView): ModelView {
  const proxied = model.state.options.has("proxy") && isTrue(model.state.options.get("proxy"), "proxy", locationOf(model.state));
  const base = proxied ? model.project.findModel(model.state.bases[0] ?? "") : null;
  return base === null ? model : concreteModel(base);
}

export function relationOf(view: FieldView): Relation {
  if (view.field.relation === null) throw new Stuck(`the field ${view.name} points to no model`, view.field.location);
  return view.field.relation;
}

/** The many-to-many fields of a model. */
export function manyToManyOf(model: ModelView): readonly FieldView[] {
  return model.fields.filter(({ field }) => field.relation?.kind === "many-to-many");
}

/** `create_many_to_many_intermediary_model`: the table that Django makes for a many-to-many field; `null` where the authors made one. */
export function throughOf(view: FieldView): ModelView | null {
  const relation = relationOf(view);
  if (relation.through !== null) return null;
  const { model } = view;
  const { location } = view.field;
  const toName = relation.to.slice(relation.to.indexOf(".") + 1);
  const fromName = model.name.toLowerCase();
  const [from, to] = toName === fromName ? [`from_${fromName}`, `to_${toName}`] : [fromName, toName];
  const own = textOption(view.field, "db_table");
  const table = truncateName(own ?? `${splitOff(model.table)}_${view.name}`);
  const name = `${model.name}_${view.name}`;
  const pointer = (key: string): Field => ({
    ...plainField("ForeignKey", new Map(), location),
    relation: {
      kind: "foreign-key",
      to: key,
      toField: null,
      through: null,
      throughFields: [],
      hasConstraint: relation.hasConstraint,
      parentLink: false,
      hidden: true,
    },
  });
  const state: ModelState = {
    kind: "model-state",
    app: model.app,
    name,
    fields: new Map([
      ["id", autoField(model.project.settings, location)],
      [from, pointer(model.key)],
      [to, pointer(relation.to)],
    ]),
    options: new Map(),
    indexes: [],
    constraints: [],
    bases: [],
  };
  const fields: FieldView[] = [];
  const through: ModelView = {
    key: modelKey(model.app, name),
    app: model.app,
    name,
    table,
    hasTable: true,
    state,
    fields,
    tablespace: model.tablespace,
    isThrough: true,
    project: model.project,
  };
  for (const [each, field] of state.fields) fields.push({ name: each, field, column: columnOf(each, field), model: through });
  return through;
}

/** `strip_quotes`. */
function splitOff(table: string): string {
  return table.startsWith('"') && table.endsWith('"') ? table.slice(1, -1) : table;
}

/** The two fields of such a table: to the model itself and to the other one. */
export function throughFieldsOf(through: ModelView): { readonly from: FieldView; readonly to: FieldView } {
  const [, from, to] = through.fields;
  if (from === undefined || to === undefined) throw new Error(`${through.table} is no table between two models`);
  return { from, to };
}

/** The tables that Django makes between a model and others, in the order of its fields. */
export function throughTablesOf(model: ModelView): readonly ModelView[] {
  return manyToManyOf(model).flatMap((view) => throughOf(view) ?? []);
}
