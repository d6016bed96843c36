import { buildModel } from "../build/model.ts";
import { alterField, alterManyToMany } from "../editor/alter-field.ts";
import { addField, removeField } from "../editor/columns.ts";
import { columnsIndex, render } from "../editor/indexes.ts";
import { relatedFields } from "../editor/pointers.ts";
import { columnsOf, createTable, dropTable, renameTable, tableComment } from "../editor/tables.ts";
import type { ProjectState } from "../state/project-state.ts";
import { findModel, modelKey, renameModel, togetherOf, withModel, withOptions, withoutModel } from "../state/project-state.ts";
import { concreteModel, fieldOf, manyToManyOf, throughOf, type ModelView } from "../state/view.ts";
import { optionalText, textEntries, textOf } from "../values.ts";
import { unseen, type OperationCall, type OperationKind, type Turn } from "./operation.ts";
import { alterTogether } from "./together.ts";

function nameOf({ given, location }: OperationCall, parameter = "name"): string {
  return textOf(given.get(parameter), "the name of the model", location);
}

async function makeTable(model: ModelView, { editor }: Turn): Promise<void> {
  if (!model.hasTable) return;
  await createTable(model, editor);
  if (editor.version < 5.1) return;
  // Since 5.1 `index_together` is no part of making a table, but an alteration right behind it.
  for (const group of togetherOf(model.state, "index_together", model.fields[0]?.field.location ?? { file: model.key, line: 1 }))
    await editor.execute(render(columnsIndex(model, { columns: columnsOf(model, group), suffix: "_idx" })));
}

const createModel: OperationKind = {
  parameters: ["name", "fields", "options", "bases", "managers"],
  async build(call) {
    const { given, location, at } = call;
    const model = await buildModel(
      { name: nameOf(call), fields: given.get("fields"), options: given.get("options"), bases: given.get("bases"), location },
      at,
    );
    const key = modelKey(model.app, model.name);
    return {
      canGoBack: true,
      state: (state) => withModel(state, model),
      forwards: async (turn) => makeTable(turn.to.model(key, location), turn),
      backwards: async ({ from, editor }) => {
        const made = from.model(key, location);
        if (made.hasTable) await dropTable(made, editor);
      },
    };
  },
};

const deleteModel: OperationKind = {
  parameters: ["name"],
  async build(call) {
    const { location, at } = call;
    const key = modelKey(at.app, nameOf(call));
    return {
      canGoBack: true,
      state(state) {
        findModel(state, key, location);
        return withoutModel(state, key);
      },
      forwards: async ({ from, editor }) => {
        const model = from.model(key, location);
        if (model.hasTable) await dropTable(model, editor);
      },
      backwards: async (turn) => makeTable(turn.to.model(key, location), turn),
    };
  },
};

/** `RenameModel.database_forwards`: the table, then every field that points to the model, then the tables between it and others. */
async function moveModel(
  { from, to, editor }: Turn,
  names: { readonly old: string; readonly fresh: string; readonly location: OperationCall["location"] },
): Promise<void> {
  const fresh = to.model(names.fresh, names.location);
  if (!fresh.hasTable) return;
  const old = from.model(names.old, names.location);
  await renameTable(old.table, fresh.table, editor);
  for (const related of relatedFields(old)) {
    // Pointers of tables that Django made have no name on the other side.
    if (related.model.isThrough || (related.field.relation?.hidden === true && related.column !== null)) continue;
    const isOwn = related.model.key === old.key;
    const model = isOwn ? fresh : to.model(related.model.key, names.location);
    await alterField({ model, from: related, to: fieldOf(model, related.name, names.location) }, editor);
  }
  for (const [at, oldField] of manyToManyOf(old).entries()) {
    const newField = manyToManyOf(fresh)[at];
    if (newField === undefined || newField.field.relation === null || throughOf(newField) === null) continue;
    const target = to.findModel(newField.field.relation.to);
    if (target !== null && concreteModel(target).key === fresh.key) continue;
    await alterManyToMany(oldField, newField, editor);
  }
}

const renameModelKind: OperationKind = {
  parameters: ["old_name", "new_name"],
  async build(call) {
    const { location, at } = call;
    const [from, to] = [nameOf(call, "old_name"), nameOf(call, "new_name")];
    const [old, fresh] = [modelKey(at.app, from), modelKey(at.app, to)];
    return {
      canGoBack: true,
      state: (state) => renameModel(state, at.app, { from, to, location }),
      forwards: (turn) => moveModel(turn, { old, fresh, location }),
      backwards: (turn) => moveModel(turn, { old: fresh, fresh: old, location }),
    };
  },
};

/** An operation on one option of `Meta`, whose way back is the same with the states swapped. */
function optionKind(
  parameters: readonly string[],
  parts: {
    readonly change: (call: OperationCall, state: ProjectState, key: string) => ProjectState;
    readonly run: (turn: Turn, models: { readonly from: ModelView; readonly to: ModelView }) => Promise<void>;
  },
): OperationKind {
  return {
    parameters,
    async build(call) {
      const key = modelKey(call.at.app, nameOf(call));
      const run = async (turn: Turn): Promise<void> => {
        const to = turn.to.model(key, call.location);
        if (to.hasTable) await parts.run(turn, { from: turn.from.model(key, call.location), to });
      };
      return { canGoBack: true, state: (state) => parts.change(call, state, key), forwards: run, backwards: run };
    },
  };
}

function setOption(option: string, parameter = option) {
  return (call: OperationCall, state: ProjectState, key: string): ProjectState =>
    withModel(state, withOptions(findModel(state, key, call.location), new Map([[option, call.given.get(parameter) ?? { kind: "nil" }]])));
}

const alterModelTable = optionKind(["name", "table"], {
  change: setOption("db_table", "table"),
  async run({ editor }, { from, to }) {
    await renameTable(from.table, to.table, editor);
    for (const [at, old] of manyToManyOf(from).entries()) {
      const fresh = manyToManyOf(to)[at];
      const [before, after] = [throughOf(old), fresh === undefined ? null : throughOf(fresh)];
      if (before !== null && after !== null) await renameTable(before.table, after.table, editor);
    }
  },
});

const alterModelTableComment = optionKind(["name", "table_comment"], {
  change: setOption("db_table_comment", "table_comment"),
  async run({ editor }, { to }) {
    const location = to.fields[0]?.field.location ?? { file: to.key, line: 1 };
    await editor.execute(tableComment(to, optionalText(to.state.options.get("db_table_comment"), "db_table_comment", location) ?? ""));
  },
});

const alterOrder = optionKind(["name", "order_with_respect_to"], {
  change: setOption("order_with_respect_to"),
  async run({ editor }, { from, to }) {
    const ordered = (model: ModelView) => model.fields.find(({ name }) => name === "_order") ?? null;
    const [before, after] = [ordered(from), ordered(to)];
    if (before !== null && after === null) await removeField(from, before, editor);
    if (before === null && after !== null) await addField(from, after, editor);
  },
});

/** `ALTER_OPTION_KEYS`: options that this operation takes away by not saying them. */
const options = [
  "base_manager_name",
  "default_manager_name",
  "default_related_name",
  "get_latest_by",
  "managed",
  "ordering",
  "permissions",
  "default_permissions",
  "select_on_save",
  "verbose_name",
  "verbose_name_plural",
];

const alterModelOptions: OperationKind = {
  parameters: ["name", "options"],
  async build(call) {
    const key = modelKey(call.at.app, nameOf(call));
    return {
      ...unseen,
      state: (state) =>
        withModel(state, withOptions(findModel(state, key, call.location), textEntries(call.given.get("options")), options)),
    };
  },
};

const alterModelManagers: OperationKind = {
  parameters: ["name", "managers"],
  build: async () => ({ ...unseen, state: (state) => state }),
};

export const modelOperations: Readonly<Record<string, OperationKind>> = {
  CreateModel: createModel,
  DeleteModel: deleteModel,
  RenameModel: renameModelKind,
  AlterModelTable: alterModelTable,
  AlterModelTableComment: alterModelTableComment,
  AlterUniqueTogether: optionKind(["name", "unique_together"], {
    change: setOption("unique_together"),
    run: (turn, models) => alterTogether(turn, models, "unique_together"),
  }),
  AlterIndexTogether: optionKind(["name", "index_together"], {
    change: setOption("index_together"),
    run: (turn, models) => alterTogether(turn, models, "index_together"),
  }),
  AlterOrderWithRespectTo: alterOrder,
  AlterModelOptions: alterModelOptions,
  AlterModelManagers: alterModelManagers,
};
