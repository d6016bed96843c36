import type { Finding } from "../../src/model/history.ts";
import { changeTypes } from "./changes/index.ts";
import { changesOf, strayKeys, type ChangeSet } from "./changelog/change-set.ts";
import { flagOf, valueOf } from "./source/node.ts";

/** What a changeSet says that has no effect here, or another one than it looks: misspelt attributes, `failOnError`, checks of the open Liquibase that it passes over. */
export function fieldFindings({ node }: ChangeSet, migration: string): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (code: string, message: string, location: Finding["location"]): void => {
    findings.push({ kind: "finding", code, message, location, migration });
  };
  for (const { name, location } of strayKeys(node)) say("unknown-key", `a changeSet has no ${name}; Liquibase passes over it`, location);
  for (const change of changesOf(node)) {
    const type = changeTypes[change.name];
    for (const child of type === undefined ? [] : change.children) {
      if (!type?.fields.includes(child.name))
        say("unknown-attribute", `${change.name} has no ${child.name}; it was passed over`, child.location);
    }
  }
  if (flagOf(node, "failOnError") === false) {
    say(
      "fail-on-error",
      "failOnError=false: where it fails, Liquibase goes on without it and tries it again on its next run",
      node.location,
    );
  }
  const runWith = valueOf(node, "runWith");
  if (runWith !== null && !/^jdbc$/i.test(runWith))
    say("run-with", `runWith=${runWith} is of Liquibase Pro: it was read as if sent by JDBC`, node.location);
  return findings;
}
