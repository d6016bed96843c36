import { expect, test } from "vitest";
import type { History, Migration } from "../../src/model/history.ts";
import { selectEnvironment } from "../../src/reading/select-environment.ts";

const migration = (id: string, environment: string | null): Migration =>
  ({ id, environment, files: [{ path: `db/${id}.sql`, role: "up", sha256: "" }], edgeCases: [] }) as unknown as Migration;
const history = {
  migrations: [
    migration("V1", null),
    migration("V2@dev", "dev"),
    migration("V3", null),
    migration("V4@dev", "dev"),
    migration("V5@load", "load"),
  ],
  findings: [],
} as unknown as History;
const ids = (selected: History): readonly string[] => selected.migrations.map(({ id }) => id);

test("other environments are left out of the main history and asked about once each", () => {
  const selected = selectEnvironment(history, { chosen: null, mapped: new Set() });
  expect(ids(selected.history)).toEqual(["V1", "V3"]);
  expect(selected.questions.map(({ kind, title, choices }) => ({ kind, title, choices }))).toEqual([
    { kind: "environment-specific", title: "Migrations of the environment dev alone", choices: ["branch=dev", "exclude", "keep"] },
    { kind: "environment-specific", title: "Migrations of the environment load alone", choices: ["branch=load", "exclude", "keep"] },
  ]);
});

test("what pggit.yaml maps to a branch is a finding, not a question", () => {
  const selected = selectEnvironment(history, { chosen: null, mapped: new Set(["dev", "load"]) });
  expect(ids(selected.history)).toEqual(["V1", "V3"]);
  expect(selected.questions).toEqual([]);
  expect(selected.history.findings.map(({ code }) => code)).toEqual(["environment-branch", "environment-branch"]);
});

test("the chosen environment's own migrations are in their place", () => {
  const selected = selectEnvironment(history, { chosen: "dev", mapped: new Set() });
  expect(ids(selected.history)).toEqual(["V1", "V2@dev", "V3", "V4@dev"]);
  expect(selected.questions).toHaveLength(1);
});
