import { Stuck } from "../../../src/script/stuck.ts";
import { buildConstraint } from "../build/constraint.ts";
import { buildIndex } from "../build/index-spec.ts";
import { createConstraint, removeConstraint } from "../editor/constraints.ts";
import { createIndex, dropIndex, indexName, render } from "../editor/indexes.ts";
import { columnsOf } from "../editor/tables.ts";
import { quoteName } from "../names.ts";
import type { Constraint } from "../state/constraint.ts";
import type { IndexSpec } from "../state/index-spec.ts";
import { findModel, modelKey, withModel, withoutTogether, type ModelState, type ProjectState } from "../state/project-state.ts";
import type { ModelView, ProjectView } from "../state/view.ts";
import { isGiven, textOf, textsOf } from "../values.ts";
import { nothing, unseen, type OperationCall, type OperationKind, type Turn } from "./operation.ts";

type Concurrently = " CONCURRENTLY" | "";

function keyOf({ given, location, at }: OperationCall): string {
  return modelKey(at.app, textOf(given.get("model_name"), "the name of the model", location));
}

function nameOf({ given, location }: OperationCall, parameter = "name"): string {
  return textOf(given.get(parameter), "the name", location);
}

function change({ location }: OperationCall, key: string, how: (model: ModelState) => ModelState): (state: ProjectState) => ProjectState {
  return (state) => withModel(state, how(findModel(state, key, location)));
}

/** `get_index_by_name`. */
function findIndex(model: ModelView, name: string, { location }: OperationCall): IndexSpec {
  const found = model.state.indexes.find((index) => indexName(model, index) === name);
  if (found === undefined)
    throw new Stuck(`the model ${model.app}.${model.name} has no index ${name} at this point of the history`, location);
  return found;
}

function findConstraint(
  project: ProjectView,
  { key, name, call }: { readonly key: string; readonly name: string; readonly call: OperationCall },
): Constraint {
  const model = project.model(key, call.location);
  const found = model.state.constraints.find((each) => each.name === name);
  if (found === undefined)
    throw new Stuck(`the model ${model.app}.${model.name} has no constraint ${name} at this point of the history`, call.location);
  return found;
}

async function make(
  model: ModelView,
  index: IndexSpec,
  { editor, concurrently }: { readonly editor: Turn["editor"]; readonly concurrently: Concurrently },
): Promise<void> {
  if (model.hasTable) await editor.execute(render(createIndex(model, index, { version: editor.version, concurrently })));
}

async function drop(
  model: ModelView,
  name: string,
  { editor, concurrently }: { readonly editor: Turn["editor"]; readonly concurrently: Concurrently },
): Promise<void> {
  if (model.hasTable) await editor.execute(dropIndex(name, concurrently));
}

function addIndex(concurrently: Concurrently): OperationKind {
  return {
    parameters: ["model_name", "index"],
    async build(call) {
      const key = keyOf(call);
      const index = buildIndex(call.given.get("index"), call.location);
      return {
        canGoBack: true,
        state: change(call, key, (model) => ({ ...model, indexes: [...model.indexes, index] })),
        forwards: ({ to, editor }) => make(to.model(key, call.location), index, { editor, concurrently }),
        backwards: ({ from, editor }) => drop(from.model(key, call.location), index.name, { editor, concurrently }),
      };
    },
  };
}

function removeIndex(concurrently: Concurrently): OperationKind {
  return {
    parameters: ["model_name", "name"],
    async build(call) {
      const key = keyOf(call);
      const name = nameOf(call);
      return {
        canGoBack: true,
        state: change(call, key, (model) => ({ ...model, indexes: model.indexes.filter((index) => index.name !== name) })),
        forwards: ({ from, editor }) => drop(from.model(key, call.location), name, { editor, concurrently }),
        async backwards({ to, editor }) {
          const model = to.model(key, call.location);
          await make(model, findIndex(model, name, call), { editor, concurrently });
        },
      };
    },
  };
}

const renameIndex: OperationKind = {
  parameters: ["model_name", "new_name", "old_name", "old_fields"],
  async build(call) {
    const { given, location } = call;
    const key = keyOf(call);
    const fresh = nameOf(call, "new_name");
    const fields = given.get("old_fields");
    if (isGiven(fields)) return renameUnnamed(call, { key, fresh, fields: textsOf(fields, "the fields of the index", location) });
    const old = nameOf(call, "old_name");
    const run = async ({ to, editor }: Turn, names: readonly [string, string]): Promise<void> => {
      if (names[0] !== names[1] && to.model(key, location).hasTable)
        await editor.execute(`ALTER INDEX ${quoteName(names[0])} RENAME TO ${quoteName(names[1])}`);
    };
    return {
      canGoBack: true,
      state: change(call, key, (model) => ({
        ...model,
        indexes: model.indexes.map((index) => (index.name === old ? { ...index, name: fresh } : index)),
      })),
      forwards: (turn) => run(turn, [old, fresh]),
      backwards: (turn) => run(turn, [fresh, old]),
    };
  },
};

/** An index of `index_together`, whose name only the database knows. Its way back does nothing. */
function renameUnnamed(
  call: OperationCall,
  { key, fresh, fields }: { readonly key: string; readonly fresh: string; readonly fields: readonly string[] },
): ReturnType<OperationKind["build"]> {
  const { location } = call;
  const index: IndexSpec = {
    kind: "index",
    name: fresh,
    suffix: "idx",
    fields: fields.map((name) => ({ name, order: "" })),
    expressions: [],
    condition: null,
    include: [],
    opclasses: [],
    tablespace: null,
    parameters: [],
    location,
  };
  return Promise.resolve({
    canGoBack: true,
    state: change(call, key, (model) =>
      withoutTogether({ ...model, indexes: [...model.indexes, index] }, "index_together", { fields, location }),
    ),
    async forwards({ from, editor }: Turn) {
      const model = from.model(key, location);
      if (!model.hasTable) return;
      const names = await editor.catalog.constraintNames(model.table, { columns: columnsOf(model, fields), index: true, unique: false });
      const [name] = names;
      if (name === undefined || names.length > 1)
        throw new Stuck(`Django stops here: ${model.table} has ${names.length} indexes of (${fields.join(", ")})`, location);
      if (name !== fresh) await editor.execute(`ALTER INDEX ${quoteName(name)} RENAME TO ${quoteName(fresh)}`);
    },
    backwards: nothing,
  });
}

function addConstraint(validity: "" | " NOT VALID"): OperationKind {
  return {
    parameters: ["model_name", "constraint"],
    async build(call) {
      const key = keyOf(call);
      const constraint = buildConstraint(call.given.get("constraint"), call.location);
      return {
        canGoBack: true,
        state: change(call, key, (model) => ({ ...model, constraints: [...model.constraints, constraint] })),
        async forwards({ to, editor }) {
          const model = to.model(key, call.location);
          if (model.hasTable) await editor.execute(`${render(createConstraint(model, constraint, editor.version))}${validity}`);
        },
        async backwards({ to, editor }) {
          const model = to.model(key, call.location);
          if (model.hasTable) await editor.execute(removeConstraint(model, constraint));
        },
      };
    },
  };
}

const removeConstraintKind: OperationKind = {
  parameters: ["model_name", "name"],
  async build(call) {
    const key = keyOf(call);
    const name = nameOf(call);
    return {
      canGoBack: true,
      state: change(call, key, (model) => ({ ...model, constraints: model.constraints.filter((each) => each.name !== name) })),
      async forwards({ from, to, editor }) {
        const model = to.model(key, call.location);
        if (model.hasTable) await editor.execute(removeConstraint(model, findConstraint(from, { key, name, call })));
      },
      async backwards({ to, editor }) {
        const model = to.model(key, call.location);
        if (model.hasTable) await editor.execute(render(createConstraint(model, findConstraint(to, { key, name, call }), editor.version)));
      },
    };
  },
};

/** Since 5.2: a constraint that differs in what no database sees. */
const alterConstraint: OperationKind = {
  parameters: ["model_name", "name", "constraint"],
  async build(call) {
    const name = nameOf(call);
    const constraint = buildConstraint(call.given.get("constraint"), call.location);
    return {
      ...unseen,
      state: change(call, keyOf(call), (model) => ({
        ...model,
        constraints: model.constraints.map((each) => (each.name === name ? constraint : each)),
      })),
    };
  },
};

const validateConstraint: OperationKind = {
  parameters: ["model_name", "name"],
  async build(call) {
    const key = keyOf(call);
    const name = nameOf(call);
    return {
      canGoBack: true,
      state: (state) => state,
      async forwards({ from, editor }) {
        const model = from.model(key, call.location);
        if (model.hasTable) await editor.execute(`ALTER TABLE ${quoteName(model.table)} VALIDATE CONSTRAINT ${quoteName(name)}`);
      },
      backwards: nothing,
    };
  },
};

export const indexOperations: Readonly<Record<string, OperationKind>> = {
  AddIndex: addIndex(""),
  RemoveIndex: removeIndex(""),
  AddIndexConcurrently: addIndex(" CONCURRENTLY"),
  RemoveIndexConcurrently: removeIndex(" CONCURRENTLY"),
  RenameIndex: renameIndex,
  AddConstraint: addConstraint(""),
  AddConstraintNotValid: addConstraint(" NOT VALID"),
  RemoveConstraint: removeConstraintKind,
  AlterConstraint: alterConstraint,
  ValidateConstraint: validateConstraint,
};
