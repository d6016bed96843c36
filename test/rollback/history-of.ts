import type { History, Migration, Step } from "../../src/model/history.ts";
import { splitStatements } from "../../src/sql/split.ts";

/** What a migration of a made-up history says. */
export interface Script {
  readonly up: string;
  readonly down?: string;
  readonly verify?: string;
  readonly transaction?: Migration["transaction"];
  readonly keepsData?: true;
}

async function* stepsOf(text: string, file: string): AsyncGenerator<Step> {
  for (const { sql, line, column } of splitStatements(text)) yield { kind: "statement", sql, location: { file, line, column } };
}

/** A history as an adapter would give it, from scripts in order. Ids are V1, V2, … */
export function historyOf(scripts: readonly Script[], more: Partial<History> = {}): History {
  const migrations = scripts.map((script, at): Migration => {
    const id = `V${at + 1}`;
    const { down, verify, keepsData } = script;
    return {
      kind: "migration",
      id,
      type: "versioned",
      version: String(at + 1),
      name: id,
      author: null,
      date: null,
      files: [{ path: `${id}.sql`, role: "up", sha256: "" }],
      checksum: null,
      transaction: script.transaction ?? "one",
      environment: null,
      assumptions: [],
      edgeCases: [],
      ...(keepsData === undefined ? {} : { keepsData }),
      up: () => stepsOf(script.up, `${id}.sql`),
      ...(down === undefined ? {} : { down: () => stepsOf(down, `${id}.down.sql`) }),
      ...(verify === undefined ? {} : { verify: () => stepsOf(verify, `${id}.verify.sql`) }),
    };
  });
  return {
    kind: "history",
    tool: "sql",
    toolVersion: null,
    location: "migrations",
    root: "/project",
    migrations,
    baselines: [],
    environments: [],
    findings: [],
    preparation: [],
    resetBetween: ["RESET ALL"],
    bookkeeping: [],
    bookkeepingSql: [],
    runsOutsideTransaction: [],
    ...more,
  };
}
