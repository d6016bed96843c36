import { beforeAll, expect, test } from "vitest";
import { readScript } from "../../src/apply/read-script.ts";
import { findUnrunnable } from "../../src/apply/unrunnable.ts";
import type { RunnableMigration } from "../../src/apply/runnable.ts";
import { loadParser } from "../../src/sql/parser.ts";

beforeAll(loadParser);

/** Only what is looked at: the statements, the id and where they stand. */
function migration(upText: string, secrets: Readonly<Record<string, string>> = {}): RunnableMigration {
  const up = readScript(upText, { secrets, together: "as-written" });
  return { plan: { id: "V1", up: [] }, up, upText, down: null, downText: null } as unknown as RunnableMigration;
}

test("a secret that nobody gave is never run as its mask", () => {
  const file = "-- pggit: migration V1\n-- pggit: variable joe_password\n\nBEGIN;\n\nALTER ROLE joe PASSWORD :'joe_password';\n\nCOMMIT;\n";
  expect(findUnrunnable([migration(file)])).toMatchObject({
    code: "secret-missing",
    exitCode: 2,
    hint: expect.stringContaining("--placeholder joe_password="),
  });
  expect(findUnrunnable([migration(file, { joe_password: "x" })])).toBeNull();
});

test("stars that are no secret are run, COPY PROGRAM is not", () => {
  expect(findUnrunnable([migration("INSERT INTO t VALUES ('***');\n")])).toBeNull();
  expect(findUnrunnable([migration("COPY t FROM PROGRAM 'curl example.org';\n")])).toMatchObject({ code: "copy-program", exitCode: 4 });
});
