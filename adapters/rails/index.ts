import type { Adapter } from "../adapter.ts";
import { detectRails } from "./detect.ts";
import { readHistory } from "./read.ts";
import { schemaHistory } from "./schema-history/index.ts";

/** Rails: migrations of ActiveRecord 4.2 to 8.1 in Ruby, interpreted, and the dumps beside them. */
export const rails: Adapter = { tool: "rails", detect: detectRails, read: readHistory, schemaHistory };
