import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { changeTypes } from "../../../adapters/liquibase/changes/index.ts";
import { readChangelog } from "../../../adapters/liquibase/source/read-changelog.ts";
import type { Node } from "../../../adapters/liquibase/source/node.ts";

const fixtures = resolve(import.meta.dirname, "../../../fixtures/liquibase");

/** Attributes that no database of PostgreSQL can be built with by Liquibase 4.28, so that no fixture can have them. */
const unusable: Readonly<Record<string, readonly string[]>> = {
  // For Oracle: nothing comes of it.
  createTable: ["rowDependencies"],
  // PostgreSQL refuses the SQL of an index, Liquibase what is `ordered` or replaces a procedure.
  addUniqueConstraint: ["disabled", "forIndexName", "forIndexSchemaName", "forIndexCatalogName"],
  createSequence: ["ordered"],
  alterSequence: ["ordered"],
  createProcedure: ["replaceIfExists"],
  // As in loadData, by the same code.
  loadUpdateData: ["column"],
};

/** What is never run here: `questions.test.ts` has it. */
const foreign = ["stop", "customChange", "executeCommand"];

/** The attributes and elements with which each change stands in a changelog of the fixtures. */
function usedFields(): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  const visit = (node: Node): void => {
    if (changeTypes[node.name] !== undefined) {
      const fields = used.get(node.name) ?? new Set();
      for (const { name } of node.children) fields.add(name);
      used.set(node.name, fields);
    }
    for (const child of node.children) visit(child);
  };
  for (const path of readdirSync(fixtures, { recursive: true, encoding: "utf8" })) {
    if (!/\.(?:xml|ya?ml|json|sql)$/.test(path) || path.endsWith(".conformance.json")) continue;
    const bytes = readFileSync(join(fixtures, path));
    const read = readChangelog({ path, logical: path, text: bytes.toString("utf8"), isUtf8: true, bytes, sha256: "" });
    if (read.kind === "ok") visit(read.value);
  }
  return used;
}

it("every change type stands in a history that Liquibase itself has run, with every attribute that it has on PostgreSQL", () => {
  const used = usedFields();
  const missing = Object.entries(changeTypes)
    .filter(([name]) => !foreign.includes(name))
    .flatMap(([name, { fields }]) => fields.filter((field) => used.get(name)?.has(field) !== true).map((field) => `${name} ${field}`));
  expect(missing).toEqual(Object.entries(unusable).flatMap(([name, fields]) => fields.map((field) => `${name} ${field}`)));
  expect(Object.keys(changeTypes).filter((name) => !used.has(name))).toEqual(foreign);
});
