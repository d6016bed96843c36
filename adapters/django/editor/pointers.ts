import { isPrimaryKey } from "../state/field.ts";
import { concreteModel, throughOf, type FieldView, type ModelView, type ProjectView } from "../state/view.ts";

/** A foreign key before and after a change of what it points to. */
export interface Pointer {
  readonly old: FieldView;
  readonly fresh: FieldView;
}

/** All models of a project with a table, those between two others among them: by application, as Django's registry has them. */
function allModels(project: ProjectView): readonly ModelView[] {
  const own = [...project.state.models.keys()].flatMap((key) => project.findModel(key) ?? []);
  const all = own.flatMap((model) => [
    model,
    ...model.fields.flatMap((view) => (view.field.relation?.kind === "many-to-many" ? (throughOf(view) ?? []) : [])),
  ]);
  return all
    .map((model, at) => ({ model, at }))
    .sort((a, b) => (a.model.app < b.model.app ? -1 : a.model.app > b.model.app ? 1 : a.at - b.at))
    .map(({ model }) => model);
}

/** Every field that points to a model. */
export function relatedFields(model: ModelView): readonly FieldView[] {
  const key = concreteModel(model).key;
  return allModels(model.project).flatMap((each) =>
    each.fields.filter(({ field }) => {
      const to = field.relation === null ? null : each.project.findModel(field.relation.to);
      return to !== null && concreteModel(to).key === key;
    }),
  );
}

/** `_related_non_m2m_objects`: foreign keys to a column, and since 4.0 those to them where they are keys themselves, in the order of their names. */
export function pointersTo(old: FieldView, fresh: FieldView, version: number): readonly Pointer[] {
  const before = pointing(old);
  const after = pointing(fresh);
  return before.flatMap((view) => {
    const same =
      after.find((each) => each.model.table === view.model.table && each.name === view.name) ??
      after.find((each) => each.name === view.name && each.model.key === view.model.key);
    if (same === undefined) return [];
    const isKey = isPrimaryKey(view.field) || view.field.relation?.kind === "one-to-one";
    const deeper = isKey && version >= 4.0 ? pointersTo(view, same, version) : [];
    return [{ old: view, fresh: same }, ...deeper];
  });
}

function pointing(target: FieldView): readonly FieldView[] {
  return relatedFields(target.model).filter(({ field }) => {
    if (field.relation === null || field.relation.kind === "many-to-many") return false;
    return field.relation.toField === null
      ? isPrimaryKey(target.field) || target.field.relation?.parentLink === true
      : field.relation.toField === target.name;
  });
}
