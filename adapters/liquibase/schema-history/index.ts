import type { SchemaHistory } from "../../adapter.ts";
import { lockHolder, takeLock } from "./lock.ts";
import { readChangelogTable } from "./read.ts";
import { createTable, stampChangeSet, unstampChangeSet } from "./stamp.ts";

/** `databasechangelog`: read as Liquibase reads it, written as Liquibase writes it. */
export const schemaHistory: SchemaHistory = {
  read: readChangelogTable,
  create: createTable,
  stamp: stampChangeSet,
  unstamp: unstampChangeSet,
  lockHolder,
  takeLock,
  // The sums are of changeSets, not of files: an old file cannot be told by one.
  isSource: () => false,
};
