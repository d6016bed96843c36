import type { Adapter } from "../adapter.ts";
import { detectRails } from "./detect.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Rails: migrations of ActiveRecord 4.2 to 8.1 in Ruby, interpreted, and the dumps beside them. */
export const rails: Adapter = {
  tool: "rails",
  detect: detectRails,
  // Every command detects, and few read Rails: the interpreter is loaded by those alone.
  read: async (options) => (await import("./read.ts")).readHistory(options),
  schemaHistory,
};
