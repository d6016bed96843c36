import { buildField, inModel } from "../build/field.ts";
import { alterField } from "../editor/alter-field.ts";
import { addField, removeField } from "../editor/columns.ts";
import type { Field } from "../state/field.ts";
import { findField, findModel, modelKey, renameField, withField, withModel, withoutField } from "../state/project-state.ts";
import { fieldOf, type FieldView } from "../state/view.ts";
import { isTrue, textOf } from "../values.ts";
import type { OperationCall, OperationKind, Turn } from "./operation.ts";

interface Named {
  readonly key: string;
  readonly name: string;
}

function named({ given, location, at }: OperationCall): Named {
  const model = textOf(given.get("model_name"), "the name of the model", location);
  return { key: modelKey(at.app, model), name: textOf(given.get("name"), "the name of the field", location) };
}

async function fieldArgument(
  { given, location, at }: OperationCall,
  key: string,
): Promise<{ readonly field: Field; readonly keepDefault: "keep" | "forget" }> {
  const field = inModel(await buildField(given.get("field"), at, location), key);
  const preserve = given.get("preserve_default");
  return { field, keepDefault: preserve === undefined || isTrue(preserve, "preserve_default", location) ? "keep" : "forget" };
}

/** The field in its new model, with the default that the operation says for the rows that are there. */
function withGivenDefault(
  view: FieldView,
  { field, keepDefault }: { readonly field: Field; readonly keepDefault: "keep" | "forget" },
): FieldView {
  const given = field.options.get("default");
  return keepDefault === "keep" || given === undefined
    ? view
    : { ...view, field: { ...view.field, options: new Map([...view.field.options, ["default", given]]) } };
}

const addFieldKind: OperationKind = {
  parameters: ["model_name", "name", "field", "preserve_default"],
  async build(call) {
    const { location } = call;
    const { key, name } = named(call);
    const argument = await fieldArgument(call, key);
    return {
      canGoBack: true,
      state: (state) => withModel(state, withField(findModel(state, key, location), name, argument)),
      async forwards({ from, to, editor }) {
        const model = to.model(key, location);
        if (model.hasTable) await addField(from.model(key, location), withGivenDefault(fieldOf(model, name, location), argument), editor);
      },
      async backwards({ from, editor }) {
        const model = from.model(key, location);
        if (model.hasTable) await removeField(model, fieldOf(model, name, location), editor);
      },
    };
  },
};

const removeFieldKind: OperationKind = {
  parameters: ["model_name", "name"],
  async build(call) {
    const { location } = call;
    const { key, name } = named(call);
    return {
      canGoBack: true,
      state(state) {
        const model = findModel(state, key, location);
        findField(model, name, location);
        return withModel(state, withoutField(model, name));
      },
      async forwards({ from, editor }) {
        const model = from.model(key, location);
        if (model.hasTable) await removeField(model, fieldOf(model, name, location), editor);
      },
      async backwards({ from, to, editor }) {
        const model = to.model(key, location);
        if (model.hasTable) await addField(from.model(key, location), fieldOf(model, name, location), editor);
      },
    };
  },
};

const alterFieldKind: OperationKind = {
  parameters: ["model_name", "name", "field", "preserve_default"],
  async build(call) {
    const { location } = call;
    const { key, name } = named(call);
    const argument = await fieldArgument(call, key);
    const run = async ({ from, to, editor }: Turn): Promise<void> => {
      const fresh = to.model(key, location);
      if (!fresh.hasTable) return;
      const model = from.model(key, location);
      await alterField(
        { model, from: fieldOf(model, name, location), to: withGivenDefault(fieldOf(fresh, name, location), argument) },
        editor,
      );
    };
    return {
      canGoBack: true,
      state(state) {
        const model = findModel(state, key, location);
        findField(model, name, location);
        return withModel(state, withField(model, name, argument));
      },
      forwards: run,
      backwards: run,
    };
  },
};

const renameFieldKind: OperationKind = {
  parameters: ["model_name", "old_name", "new_name"],
  async build(call) {
    const { given, location, at } = call;
    const key = modelKey(at.app, textOf(given.get("model_name"), "the name of the model", location));
    const old = textOf(given.get("old_name"), "the name of the field", location);
    const fresh = textOf(given.get("new_name"), "the name of the field", location);
    const run = async ({ from, to, editor }: Turn, names: { readonly old: string; readonly fresh: string }): Promise<void> => {
      const target = to.model(key, location);
      if (!target.hasTable) return;
      const model = from.model(key, location);
      await alterField({ model, from: fieldOf(model, names.old, location), to: fieldOf(target, names.fresh, location) }, editor);
    };
    return {
      canGoBack: true,
      state: (state) => renameField(state, key, { from: old, to: fresh, location }),
      forwards: (turn) => run(turn, { old, fresh }),
      backwards: (turn) => run(turn, { old: fresh, fresh: old }),
    };
  },
};

export const fieldOperations: Readonly<Record<string, OperationKind>> = {
  AddField: addFieldKind,
  RemoveField: removeFieldKind,
  AlterField: alterFieldKind,
  RenameField: renameFieldKind,
};
