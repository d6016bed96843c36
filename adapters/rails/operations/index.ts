import type { Operation } from "../connection.ts";
import { columnOperations } from "./columns.ts";
import { constraintOperations } from "./constraints.ts";
import { enumOperations } from "./enums.ts";
import { foreignKeyOperations } from "./foreign-keys.ts";
import { indexOperations } from "./indexes.ts";
import { rawOperations } from "./raw.ts";
import { referenceOperations } from "./references.ts";
import { tableOperations } from "./tables.ts";
import { viewOperations } from "./views.ts";

/** What ActiveRecord's PostgreSQL adapter and its common extensions do for migrations, by the name of the method. */
export const operations: Readonly<Record<string, Operation>> = {
  ...tableOperations,
  ...columnOperations,
  ...indexOperations,
  ...foreignKeyOperations,
  ...referenceOperations,
  ...constraintOperations,
  ...enumOperations,
  ...viewOperations,
  ...rawOperations,
};
