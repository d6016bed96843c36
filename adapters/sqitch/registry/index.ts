import { createHash } from "node:crypto";
import type { SchemaHistory } from "../../adapter.ts";
import { readRegistry } from "./read.ts";
import { createRegistry, stampChange, unstampChange } from "./stamp.ts";

/** Sqitch's registry: read as Sqitch reads it, written as Sqitch writes it. */
export const schemaHistory: SchemaHistory = {
  read: readRegistry,
  create: createRegistry,
  stamp: stampChange,
  unstamp: unstampChange,
  isSource: (content, { checksum }) => createHash("sha1").update(content).digest("hex") === checksum,
};
