import { Stuck } from "../../../src/script/stuck.ts";
import { isLibraryThing } from "../../../src/script/python/things.ts";
import type { Value } from "../../../src/script/value.ts";
import { callableSql, fieldLiteral, literalOf } from "../expressions/literals.ts";
import { hasDatabaseDefault, hasDefault, isGenerated, isNullable, saysYes, type Field } from "../state/field.ts";
import { relationOf, targetOf, type FieldView } from "../state/view.ts";
import type { Editor } from "./editor.ts";

const noEmptyText: ReadonlySet<string> = new Set([
  "AutoField",
  "BigAutoField",
  "SmallAutoField",
  "BooleanField",
  "NullBooleanField",
  "DateField",
  "DateTimeField",
  "DecimalField",
  "DurationField",
  "FloatField",
  "IntegerField",
  "BigIntegerField",
  "SmallIntegerField",
  "PositiveIntegerField",
  "PositiveBigIntegerField",
  "PositiveSmallIntegerField",
  "GenericIPAddressField",
  "IPAddressField",
  "JSONField",
  "TimeField",
  "UUIDField",
  "ArrayField",
  "HStoreField",
]);

/** `_effective_default`: what the rows that are there get, as SQL; `null`: nothing. Throws `Stuck` where it is not known. */
export async function effectiveDefault(view: FieldView, editor: Editor): Promise<string | null> {
  const { field } = view;
  if (hasDefault(field)) return defaultSql(view, editor);
  if (isGenerated(field)) return null;
  if (!isNullable(field) && saysYes(field, "blank") && allowsEmptyText(field)) return field.internalType === "BinaryField" ? "'\\x'" : "''";
  if (!saysYes(field, "auto_now") && !saysYes(field, "auto_now_add")) return null;
  return field.internalType === "DateField" ? "CURRENT_DATE" : field.internalType === "TimeField" ? "LOCALTIME" : "now()";
}

function allowsEmptyText(field: Field): boolean {
  return field.relation === null && !noEmptyText.has(field.internalType) && !field.internalType.endsWith("RangeField");
}

async function defaultSql(view: FieldView, editor: Editor): Promise<string | null> {
  const value = view.field.options.get("default");
  if (value === undefined) return null;
  const taken = view.field.relation === null ? view.field : targetField(view);
  const known = callableSql(value, taken);
  if (known !== null) {
    editor.note(
      "django-run-value",
      `The default of ${view.name} is another at each run of Django; ${known} stands for it.`,
      view.field.location,
    );
    return known;
  }
  return fieldLiteral(await called(value, editor), taken, editor.version);
}

function targetField(view: FieldView): Field {
  const target = targetOf(view);
  return target.field.relation === null ? target.field : targetField(target);
}

/** What a callable default gives. */
async function called(value: Value, editor: Editor): Promise<Value> {
  if (value.kind === "callable" || (isLibraryThing(value) && value.invoke !== undefined)) return editor.call(value);
  return value;
}

/** `db_default_sql`: the default that stays in the database; expressions stand in parentheses. */
export function databaseDefault(view: FieldView, editor: Editor): string | null {
  if (!hasDatabaseDefault(view.field)) return null;
  const value = view.field.options.get("db_default");
  if (value === undefined) return null;
  if (value.kind === "thing") return `(${editor.expression(value, view.model, view.field.location)})`;
  return fieldLiteral(value, view.field, editor.version) ?? literalOf(value, view.field.location);
}

/** Whether a default is known at all; what is not asks a person, and the column has none. */
export async function defaultOrQuestion(view: FieldView, editor: Editor): Promise<string | null> {
  try {
    return await effectiveDefault(view, editor);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    if (isNullable(view.field)) {
      editor.note(
        "django-default",
        `The default of ${view.name} is not known (${error.reason}); rows that are there get none.`,
        view.field.location,
      );
      return null;
    }
    editor.unknownDefault(view, error);
    return null;
  }
}

export function isRelation(view: FieldView): boolean {
  return view.field.relation !== null && relationOf(view).kind !== "many-to-many";
}
