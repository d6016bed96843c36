import { Stuck } from "../../../src/script/stuck.ts";
import { dropConstraint, uniqueOfColumns } from "../editor/constraints.ts";
import { columnsIndex, dropIndex, render } from "../editor/indexes.ts";
import { columnsOf } from "../editor/tables.ts";
import { createIndexName } from "../names.ts";
import { togetherOf } from "../state/project-state.ts";
import type { ModelView } from "../state/view.ts";
import type { Turn } from "./operation.ts";

type Option = "unique_together" | "index_together";

/** `alter_unique_together`, `alter_index_together`: what is no more is looked up by its columns. Throws `Stuck` where the database has not the one that Django would take. */
export async function alterTogether(
  { editor }: Turn,
  { from, to }: { readonly from: ModelView; readonly to: ModelView },
  option: Option,
): Promise<void> {
  const location = to.fields[0]?.field.location ?? { file: to.key, line: 1 };
  const [olds, news] = [togetherOf(from.state, option, location), togetherOf(to.state, option, location)];
  const without = (groups: typeof olds, others: typeof olds): typeof olds =>
    groups.filter(
      (group, at) =>
        groups.findIndex((each) => each.join() === group.join()) === at && others.every((each) => each.join() !== group.join()),
    );
  for (const group of without(olds, news)) {
    const columns = columnsOf(to, group);
    const except = [...to.state.constraints, ...to.state.indexes].map(({ name }) => name);
    const wanted =
      option === "unique_together"
        ? { unique: true, ...(editor.version < 4.1 ? {} : { primaryKey: false }) }
        : { index: true, unique: false };
    const found = await editor.catalog.constraintNames(to.table, { columns, except, ...wanted });
    const usual = createIndexName(to.table, columns, "_uniq");
    const names = option === "unique_together" && editor.version >= 4.1 && found.includes(usual) ? [usual] : found;
    const [name] = names;
    if (name === undefined || names.length > 1)
      throw new Stuck(
        `Django stops here: ${to.table} has ${names.length} ${option === "unique_together" ? "unique constraints" : "indexes"} of (${columns.join(", ")})`,
        location,
      );
    await editor.execute(option === "unique_together" ? dropConstraint(to.table, name) : dropIndex(name));
  }
  for (const group of without(news, olds)) {
    const columns = columnsOf(to, group);
    await editor.execute(
      render(option === "unique_together" ? uniqueOfColumns(to, columns) : columnsIndex(to, { columns, suffix: "_idx" })),
    );
  }
}
