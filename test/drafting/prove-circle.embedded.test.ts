import { expect, test } from "vitest";
import { installCatalogReader } from "../../src/catalog/install.ts";
import { openShadow } from "../../src/database/shadow.ts";
import { catalogBefore, definitionsOf } from "../../src/drafting/catalog-at.ts";
import { proveCircle } from "../../src/drafting/prove-circle.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import { replayHistory } from "../../src/replay/replay.ts";
import { historyOf } from "../rollback/history-of.ts";
import { questionOf } from "../decisions/question.ts";
import { useShadow } from "../support/shadow.ts";

const shadow = useShadow();

test("an order for a circle is run on a database without these objects, and must make them as the head has them", async () => {
  const history = historyOf([
    { up: "CREATE TYPE grade AS ENUM ('low', 'high')" },
    {
      up: "CREATE TABLE teams (id int PRIMARY KEY, lead int, grade grade DEFAULT 'low'); CREATE TABLE people (id int PRIMARY KEY, team int REFERENCES teams)",
    },
    { up: "ALTER TABLE teams ADD FOREIGN KEY (lead) REFERENCES people" },
  ]);
  const { session } = shadow();
  const reader = await installCatalogReader(session, { excludeFromReads: [] });
  const replays: MigrationReplay[] = [];
  for await (const replay of replayHistory(history, { session, reader, clock: () => 0 })) replays.push(replay);
  expect(catalogBefore(replays, 1).size).toBeLessThan(catalogBefore(replays, 3).size);
  const edgeCase = questionOf("history-circular-dependency-1", {
    migration: null,
    question: "people, teams refer to each other in a circle.",
  });
  const prove = (sql: string): ReturnType<typeof proveCircle> =>
    proveCircle({ edgeCase, sql, replays }, () =>
      openShadow({ server: null, extensions: [], statementTimeoutMs: 60_000, id: `circle${process.pid}` }),
    );

  const tables = [...catalogBefore(replays, 3).values()].filter(({ name }) => name === "teams" || name === "people");
  expect(
    await prove(
      definitionsOf(tables)
        .map((sql) => `${sql};`)
        .join("\n"),
    ),
  ).toMatchObject({ kind: "proven" });
  const ordered =
    "CREATE TABLE people (id int PRIMARY KEY, team int); CREATE TABLE teams (id int PRIMARY KEY, lead int REFERENCES people, grade grade DEFAULT 'low');";
  expect(await prove(ordered)).toEqual({ kind: "failed", reason: expect.stringContaining("gives something else: public.people") });
  expect(await prove("CREATE TABLE people (id int PRIMARY KEY, team int REFERENCES teams)")).toEqual({
    kind: "failed",
    reason: "it was run, and fails (SQLSTATE 42P01)",
  });
});
