import { expect, test } from "vitest";
import type { RecordedDecision } from "../../src/decisions/decision-file.ts";
import { useServer } from "../support/server.ts";
import { applyTo, attended, failureOf, migrateTo, useConversion, useDatabases, valueOf } from "../support/target.ts";
import { shop } from "./shop.ts";

const server = useServer();
const conversion = useConversion(shop);
const newDatabase = useDatabases(server);
const request = { shadowUrl: server };

function decided(id: string, choice: string): RecordedDecision {
  const unsaid = { migration: null, content: null, sql: null, with: [], at: null, index: 0 };
  return { ...unsaid, id, choice, by: "Ann", reason: "the numbers are in the CRM", file: "pggit/decisions.yaml", line: 2 };
}

test("a pending migration that destroys values which stand there is a question of this database, and runs once it is decided", async () => {
  const database = await newDatabase("questions_data_loss");
  await migrateTo(database, conversion(), 9);
  await database.query("INSERT INTO customers (email, phone) VALUES ('ann@example.org', NULL)");
  const dry = (): ReturnType<typeof applyTo> => applyTo(database.url, conversion(), { dryRun: true, request });
  expect(valueOf(await dry())).toMatchObject({ failure: null, assessment: { state: "partial" } });

  await database.query("UPDATE customers SET phone = '0123'");
  const asked = failureOf(await dry());
  expect(asked).toMatchObject({
    code: "decisions-open",
    exitCode: 3,
    message: expect.stringMatching(/V13-data-loss-[0-9a-f]+ is not decided\. V13 destroys data.*public\.customers \(phone\)/),
    location: expect.stringContaining("V13__drop_phone.sql:1"),
    hint: expect.stringContaining("pggit decide PLAN V13-data-loss-"),
  });
  const id = /V13-data-loss-[0-9a-f]+/.exec(asked.message)?.[0] ?? "";
  const person = attended("yes");
  const blocked = valueOf(await applyTo(database.url, conversion(), { request: { ...request, ...person } }));
  expect(blocked).toMatchObject({ recorded: 9, executed: [], failure: { code: "decisions-open" } });
  expect(person.questions).toEqual([]);

  expect(failureOf(await applyTo(database.url, conversion(), { decisions: [decided(id, "exclude")], request }))).toMatchObject({
    code: "invalid-decision",
    exitCode: 2,
    location: { file: "pggit/decisions.yaml", line: 2 },
  });
  const ran = valueOf(
    await applyTo(database.url, conversion(), { decisions: [decided(id, "keep")], request: { ...request, ...attended("yes") } }),
  );
  expect(ran).toMatchObject({ failure: null, after: "head" });
  expect(ran.executed.map((one) => one.id)).toContain("V13");
});
