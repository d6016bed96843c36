import { describe, expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { useServer } from "../support/server.ts";
import { useConversion, useDatabases } from "../support/target.ts";
import { library } from "../timeline/library.ts";

const server = useServer();
const conversion = useConversion(library);
const newDatabase = useDatabases(server);

async function pggit(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return runProgram(args, { cwd: conversion().root });
}

describe("the record of a database", () => {
  test("has branches that branch makes and checkout moves between, without DDL, and answers by names as people write them", async () => {
    const database = await newDatabase("branches_record");
    const none = await pggit("branches", "--database", database.url);
    expect({ code: none.code, said: none.stderr }).toMatchObject({ code: 2, said: expect.stringContaining("no record") });
    expect((await pggit("apply", conversion().plan, "--database", database.url, "--yolo", "--quiet")).code).toBe(0);
    const tables = await database.query("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1");

    expect((await pggit("branch", "feature/fines", "--database", database.url)).code).toBe(0);
    const again = await pggit("branch", "feature/fines", "--database", database.url, "--json");
    expect({ code: again.code, said: JSON.parse(again.stdout) }).toMatchObject({ code: 2, said: { error: { code: "branch-exists" } } });
    expect((await pggit("checkout", "feature/fines", "--database", database.url)).stdout).toContain("On branch feature/fines");
    expect((await pggit("branch", "--database", database.url)).stdout).toBe("feature/fines\n");
    const listed = await pggit("branches", "--database", database.url, "--json");
    expect(JSON.parse(listed.stdout)).toMatchObject({
      current: "feature/fines",
      branches: [
        { name: "main", status: "ACTIVE", commits: 6 },
        { name: "feature/fines", status: "ACTIVE", commits: 0 },
      ],
    });
    expect((await pggit("checkout", "nowhere", "--database", database.url)).code).toBe(2);

    expect(await database.query("select version_string from pggit.get_version('patrons')")).toEqual(
      await database.query("select version_string from pggit.get_version('public.patrons')"),
    );
    expect(await database.query("select change_type, change_description from pggit.get_history('patrons')")).toContainEqual({
      change_type: "CREATE",
      change_description: "new table",
    });
    expect(await database.query("select branch_name from pggit.list_branches() order by 1")).toEqual([
      { branch_name: "feature/fines" },
      { branch_name: "main" },
    ]);
    expect(await database.query("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1")).toEqual(tables);
  });

  test("is not written where a past state is built, which takes an empty database", async () => {
    const database = await newDatabase("branches_past");
    const built = await pggit("checkout", "--at", "V2", "--database", database.url);
    expect({ code: built.code, said: built.stdout }).toMatchObject({ code: 0, said: expect.stringContaining("The schema at V2") });
    expect(await database.query("select city from branches order by 1")).toEqual([{ city: "L'Orient" }, { city: "Nantes" }]);
    expect(await database.query("select to_regclass('public.patrons') as later, to_regnamespace('pggit') as record")).toEqual([
      { later: null, record: null },
    ]);
    const again = await pggit("checkout", "--at", "V4", "--database", database.url, "--json");
    expect({ code: again.code, said: JSON.parse(again.stdout) }).toMatchObject({
      code: 4,
      said: { error: { code: "database-not-empty" } },
    });
  });
});
