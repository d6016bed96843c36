import type { SourceLocation } from "../../../src/model/source.ts";
import type { Value } from "../../../src/script/value.ts";
import { isTrue, optionalNumber, optionalText, signatureOf } from "../values.ts";

/** How a field points to another model. Models by key: `shop.order`. */
export interface Relation {
  readonly kind: "foreign-key" | "one-to-one" | "many-to-many";
  readonly to: string;
  /** The field that is pointed to; `null`: the primary key. */
  readonly toField: string | null;
  /** The model between the two, where the authors made it themselves. */
  readonly through: string | null;
  readonly throughFields: readonly string[];
  readonly hasConstraint: boolean;
  readonly parentLink: boolean;
  /** A model that points back by no name is in no list of related objects. */
  readonly hidden: boolean;
}

/** A field of a model as a migration tells it, whatever class of the project it is of. */
export interface Field {
  readonly kind: "field";
  /** `get_internal_type()`: the class of Django whose column it has; `custom` where `type` alone tells. */
  readonly internalType: string;
  /** As `deconstruct()` gives it. */
  readonly path: string;
  /** By the names of the parameters, those that say what is so anyway left out. */
  readonly options: ReadonlyMap<string, Value>;
  /** What the class of a project says that its column is (`db_type`); `null`: what Django has for the internal type. */
  readonly type: string | null;
  readonly relation: Relation | null;
  /** `base_field` of an array, `output_field` of a generated field. */
  readonly inner: Field | null;
  readonly location: SourceLocation;
}

/** Options that no database sees (`Field.non_db_attrs`). `choices` since 4.1. */
const noColumnOptions: ReadonlySet<string> = new Set([
  "blank",
  "db_column",
  "editable",
  "error_messages",
  "help_text",
  "limit_choices_to",
  "on_delete",
  "related_name",
  "related_query_name",
  "validators",
  "verbose_name",
]);

/** What `deconstruct()` compares of a field when Django asks whether it changed; `ignored`: further options. */
export function fieldSignature(
  field: Field,
  { version, ignored = [] }: { readonly version: number; readonly ignored?: readonly string[] },
): string {
  const parts = [...field.options]
    .filter(([name]) => !noColumnOptions.has(name) && !(name === "choices" && version >= 4.1) && !ignored.includes(name))
    .map(([name, value]) => `${name}=${signatureOf(value)}`)
    .sort();
  const { relation } = field;
  const target =
    relation === null
      ? []
      : [
          ...(ignored.includes("to") ? [] : [`to ${relation.to}`]),
          relation.through ?? "",
          relation.toField ?? "",
          String(relation.hasConstraint),
        ];
  return `${field.path} ${[...parts, ...target].join(" ")}`;
}

export function isNullable(field: Field): boolean {
  return saysYes(field, "null") || field.internalType === "NullBooleanField";
}

export function isPrimaryKey(field: Field): boolean {
  return saysYes(field, "primary_key");
}

/** `unique`, which a primary key is too. */
export function isUnique(field: Field): boolean {
  return isPrimaryKey(field) || saysYes(field, "unique") || field.relation?.kind === "one-to-one";
}

/** `db_index`: foreign keys and slugs have it unless they say otherwise. */
export function isIndexed(field: Field): boolean {
  if (field.options.has("db_index")) return saysYes(field, "db_index");
  return field.relation?.kind === "foreign-key" || field.internalType === "SlugField";
}

export function saysYes(field: Field, option: string): boolean {
  return isTrue(field.options.get(option), `the option ${option}`, field.location);
}

export function textOption(field: Field, option: string): string | null {
  return optionalText(field.options.get(option), `the option ${option}`, field.location);
}

export function numberOption(field: Field, option: string): number | null {
  return optionalNumber(field.options.get(option), `the option ${option}`, field.location);
}

/** Whether the database itself fills the column: `db_default`, or a generated field. */
export function hasDatabaseDefault(field: Field): boolean {
  return field.options.has("db_default");
}

export function isGenerated(field: Field): boolean {
  return field.internalType === "GeneratedField";
}

export function hasDefault(field: Field): boolean {
  return field.options.has("default");
}

/** The field without its default, as `preserve_default=False` leaves it in the state. */
export function withoutDefault(field: Field): Field {
  const options = new Map(field.options);
  options.delete("default");
  return { ...field, options };
}
