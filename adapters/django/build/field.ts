import type { SourceLocation } from "../../../src/model/source.ts";
import { isClass, isLibraryThing } from "../../../src/script/python/things.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import { boolean, integer, list, type Value } from "../../../src/script/value.ts";
import { modelKey } from "../state/project-state.ts";
import type { Field, Relation } from "../state/field.ts";
import { hasColumnType, usualLengths } from "../state/types.ts";
import { isGiven, isTrue, lastPart, optionalText, specOf, textOf, textsOf, type Spec } from "../values.ts";
import { foreignFields } from "./foreign-fields.ts";

/** What fields are made with. */
export interface FieldContext {
  readonly app: string;
  readonly version: number;
  /** Of a field whose class is the project's: what its own `db_type()` or `get_internal_type()` gives; `null`: it has none. */
  ask(spec: Spec, method: "db_type" | "get_internal_type"): Promise<Value | null>;
  /** What somebody said of the column of a class that is not known: `--assume field.PATH=varchar(10)`. */
  assumedType(path: string): string | null;
}

const usualParameters = ["verbose_name", "name", "primary_key", "max_length", "unique", "blank", "null", "db_index", "default", "editable"];
const relationParameters = [
  "to",
  "on_delete",
  "related_name",
  "related_query_name",
  "limit_choices_to",
  "parent_link",
  "to_field",
  "db_constraint",
];

/** Names of positional parameters where they are not those of `Field`. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  ForeignKey: relationParameters,
  OneToOneField: ["to", "on_delete", "to_field"],
  ManyToManyField: [
    "to",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "symmetrical",
    "through",
    "through_fields",
    "db_constraint",
    "db_table",
  ],
  ArrayField: ["base_field", "size"],
  DateField: ["verbose_name", "name", "auto_now", "auto_now_add"],
  DateTimeField: ["verbose_name", "name", "auto_now", "auto_now_add"],
  TimeField: ["verbose_name", "name", "auto_now", "auto_now_add"],
  DecimalField: ["verbose_name", "name", "max_digits", "decimal_places"],
  FileField: ["verbose_name", "name", "upload_to", "storage"],
  ImageField: ["verbose_name", "name", "width_field", "height_field"],
  GenericIPAddressField: ["verbose_name", "name", "protocol", "unpack_ipv4"],
  JSONField: ["verbose_name", "name", "encoder", "decoder"],
  FilePathField: ["verbose_name", "name", "path"],
};

/** Classes that have the column of another one. */
const standsFor: Readonly<Record<string, string>> = {
  EmailField: "CharField",
  URLField: "CharField",
  ImageField: "FileField",
  OrderWrt: "IntegerField",
  GeometryField: "GeometryField",
};

const geometries: Readonly<Record<string, string>> = {
  PointField: "POINT",
  LineStringField: "LINESTRING",
  PolygonField: "POLYGON",
  MultiPointField: "MULTIPOINT",
  MultiLineStringField: "MULTILINESTRING",
  MultiPolygonField: "MULTIPOLYGON",
  GeometryCollectionField: "GEOMETRYCOLLECTION",
  GeometryField: "GEOMETRY",
};

/** A field of a migration as data. Throws `Stuck` where what column it has cannot be told. */
export async function buildField(value: Value | undefined, at: FieldContext, location: SourceLocation): Promise<Field> {
  if (value?.kind === "unknown") throw new Stuck(`the field is not known: ${value.reason}`, value.location);
  const spec = specOf(value);
  if (spec === null) throw new Stuck("the field is not known", location);
  const known = foreignFields[spec.path];
  const isDjango = spec.path.startsWith("django.");
  const name = isDjango ? lastPart(spec.path) : (known?.like ?? lastPart(spec.path));
  const options = cleaned(optionsOf(spec, name, isDjango ? {} : (known?.options ?? {})), { name, location: spec.location });
  const path = spec.instance?.class.qualifiedName ?? spec.path;
  const type = await ownType(spec, at);
  const said = spec.instance === null ? null : await at.ask(spec, "get_internal_type");
  const internalType = said?.kind === "text" && hasColumnType(said.value) ? said.value : (standsFor[name] ?? name);
  const base: Field = { kind: "field", internalType, path, options, type, relation: null, inner: null, location: spec.location };
  if (name in geometries && spec.path.startsWith("django.contrib.gis."))
    return {
      ...base,
      internalType: "GeometryField",
      options: new Map([["geom_type", { kind: "text", value: geometries[name] ?? "" }], ...options]),
    };
  if (internalType in relations) return relationField(base, at);
  if (internalType === "ArrayField") return { ...base, ...(await innerField(base, "base_field", at)) };
  if (internalType === "GeneratedField") return { ...base, ...(await innerField(base, "output_field", at)) };
  if (internalType === "CompositePrimaryKey")
    return { ...base, options: new Map([...options, ["field_names", list(spec.args)], ["primary_key", boolean(true)]]) };
  if (type !== null || hasColumnType(internalType)) return base;
  const assumed = at.assumedType(path) ?? at.assumedType(spec.path);
  if (assumed !== null) return { ...base, internalType: "custom", type: assumed };
  if (known?.like === "none" || assumed === "none") return { ...base, internalType: "none" };
  throw new Stuck(`the column of a ${path} is not known; say it with --assume field.${path}=TYPE`, spec.location);
}

const relations: Readonly<Record<string, Relation["kind"]>> = {
  ForeignKey: "foreign-key",
  OneToOneField: "one-to-one",
  ManyToManyField: "many-to-many",
};

function optionsOf(spec: Spec, name: string, usual: Readonly<Record<string, Value>>): Map<string, Value> {
  const names = parameters[name] ?? usualParameters;
  const positional = name === "CompositePrimaryKey" ? [] : spec.args.map((value, at) => [names[at] ?? `argument ${at}`, value] as const);
  return new Map([...Object.entries(usual), ...positional, ...spec.keywords]);
}

/** Without what says what is so anyway, with the length that a class has of its own. */
function cleaned(
  options: Map<string, Value>,
  { name, location }: { readonly name: string; readonly location: SourceLocation },
): Map<string, Value> {
  const length = usualLengths[name];
  if (length !== undefined && !isGiven(options.get("max_length"))) options.set("max_length", integer(length));
  for (const [option, value] of options) {
    const isUsual =
      option === "db_index" && (name === "ForeignKey" || name === "SlugField")
        ? isTrue(value, option, location)
        : value.kind === "boolean" &&
          !value.value &&
          option !== "db_constraint" &&
          option !== "db_index" &&
          option !== "default" &&
          option !== "db_default";
    const isAbsent = value.kind === "nil" && option !== "default" && option !== "db_default";
    const isFalseIndex = option === "db_index" && value.kind === "boolean" && !value.value && name !== "ForeignKey" && name !== "SlugField";
    if (isUsual || isAbsent || isFalseIndex || notProvided(value)) options.delete(option);
  }
  return options;
}

function notProvided(value: Value): boolean {
  return isLibraryThing(value) && lastPart(value.path) === "NOT_PROVIDED";
}

/** `db_type()` of a class of the project. */
async function ownType(spec: Spec, at: FieldContext): Promise<string | null> {
  if (spec.instance === null) return null;
  const given = await at.ask(spec, "db_type");
  if (given === null || given.kind === "nil") return null;
  if (given.kind === "text") return given.value;
  const assumed = at.assumedType(spec.instance.class.qualifiedName);
  if (assumed !== null) return assumed;
  throw new Stuck(
    `what db_type() of ${spec.instance.class.qualifiedName} gives is not known${given.kind === "unknown" ? `: ${given.reason}` : ""}`,
    spec.location,
  );
}

async function innerField(field: Field, option: string, at: FieldContext): Promise<Pick<Field, "inner">> {
  return { inner: await buildField(field.options.get(option), at, field.location) };
}

function relationField(field: Field, at: FieldContext): Field {
  const { options, location } = field;
  const constraint = options.get("db_constraint");
  const through = options.get("through");
  const name = optionalText(options.get("related_name"), "related_name", location);
  const kept = new Map(options);
  for (const option of ["to", "through", "through_fields", "to_field", "db_constraint", "parent_link"]) kept.delete(option);
  return {
    ...field,
    options: kept,
    relation: {
      kind: relations[field.internalType] ?? "foreign-key",
      to: modelReference(options.get("to"), at.app, location),
      toField: optionalText(options.get("to_field"), "to_field", location),
      through: isGiven(through) ? modelReference(through, at.app, location) : null,
      throughFields: textsOf(options.get("through_fields"), "through_fields", location),
      hasConstraint: constraint === undefined || isTrue(constraint, "db_constraint", location),
      parentLink: isTrue(options.get("parent_link"), "parent_link", location),
      hidden: name !== null && name.endsWith("+"),
    },
  };
}

/** The key of the model that a reference names: `shop.Order`, `Order`, or the class itself. `self` stays as it is until its model is known. */
export function modelReference(value: Value | undefined, app: string, location: SourceLocation): string {
  if (value !== undefined && isClass(value)) {
    const parts = value.qualifiedName.split(".");
    return modelKey(parts.at(parts.lastIndexOf("models") - 1) ?? app, value.name.replace(/^.*[. ]/, ""));
  }
  const named = textOf(value, "the model that is pointed to", location);
  if (named === "self") return "self";
  const dot = named.lastIndexOf(".");
  return dot === -1 ? modelKey(app, named) : modelKey(named.slice(0, dot), named.slice(dot + 1));
}

/** A field in its model: `self` is that model. */
export function inModel(field: Field, key: string): Field {
  const { relation, inner } = field;
  const placed = relation?.to === "self" ? { ...field, relation: { ...relation, to: key } } : field;
  return inner === null ? placed : { ...placed, inner: inModel(inner, key) };
}
