import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { liquibase } from "../../../adapters/liquibase/index.ts";
import { readOptions } from "../../../scripts/conformance/cases.js";

const fixtures = resolve(import.meta.dirname, "../../../fixtures/liquibase");

// `scripts/conformance/liquibase-stamp.js --record` asks Liquibase 4.28 for them. Of version 8 a sum with `modifySql` is not computed.
const recorded = JSON.parse(readFileSync(resolve(fixtures, "recorded/old-sums.json"), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

test.each(Object.keys(recorded))("the sums of version 8 are those of Liquibase: %s", async (name) => {
  const { read } = JSON.parse(readFileSync(resolve(fixtures, `${name}.conformance.json`), "utf8")) as { read: object };
  const result = await liquibase.read(readOptions(resolve(fixtures, name), read));
  if (result.kind === "failed") throw new Error(JSON.stringify(result.failures));
  const sums = recorded[name] ?? {};
  const differing = result.value.migrations.flatMap(({ entry }) => {
    const sum = sums[`${entry?.["filename"]}::${entry?.["id"]}::${entry?.["author"]}`];
    const own = entry?.["oldSum"] ?? null;
    return sum === undefined || own === null || own === sum ? [] : [{ id: entry?.["id"], sum, own }];
  });
  expect(differing).toEqual([]);
  expect(result.value.migrations.flatMap(({ entry }) => (entry?.["oldSum"] === null ? [entry["id"]] : []))).toEqual(
    name === "rules" ? ["modified"] : [],
  );
});
