import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, describe, expect, test } from "vitest";
import type { RunnablePlan } from "../../src/apply/runnable.ts";
import { shadowOpener } from "../../src/apply/apply-to-database.ts";
import { exportGit, type GitExport } from "../../src/timeline/git-export.ts";
import type { Result } from "../../src/model/failure.ts";
import { watchFiles } from "../../src/timeline/watch-files.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { useConversion } from "../support/target.ts";
import { devBranch, library } from "./library.ts";

const conversion = useConversion(library);
const folder = mkdtempSync(join(tmpdir(), "pggit-travel-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pggit(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  // CI is what a build server sets: it is no terminal for that.
  return runProgram(args, { cwd: conversion().root, env: { CI: "true" } });
}

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await pggit(...args, "--json");
  if (code !== 0) throw new Error(`${args.join(" ")} gave ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function git(repository: string, ...args: readonly string[]): string {
  return execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" }).trim();
}

/** What each migration changes in a repository, found on one shadow, or on two. */
async function filesOf(apartFrom: number): Promise<readonly [number, ReadonlyMap<string, string | null>][]> {
  const { runnable } = conversion();
  const told: [number, ReadonlyMap<string, string | null>][] = [];
  const openShadow = shadowOpener({ runnable, shadowUrl: null, disposable: false, warn: () => undefined });
  const request = { runnable, openShadow, signal: new AbortController().signal };
  const watched = await watchFiles(request, { history: runnable.migrations, from: 1, apartFrom }, (count, files) =>
    Promise.resolve(void told.push([count, files])),
  );
  expect(watched.kind).toBe("ok");
  return told;
}

/** Exports the beginning of the history, as an earlier conversion would have, with a branch for what only developers run. */
async function exportUpTo(count: number, repository: string): Promise<Result<GitExport>> {
  const { runnable } = conversion();
  const { plan } = runnable;
  const part: RunnablePlan = {
    ...runnable,
    migrations: runnable.migrations.slice(0, count),
    plan: {
      ...plan,
      migrations: plan.migrations.slice(0, count),
      order: plan.order.slice(0, count),
      branches: [...plan.branches, devBranch],
    },
  };
  const openShadow = shadowOpener({ runnable: part, shadowUrl: null, disposable: false, warn: () => undefined });
  return exportGit({ runnable: part, openShadow, signal: new AbortController().signal, folder: repository, progress: () => undefined });
}

describe("the plan read alone", () => {
  test("log lists the newest first, with versions, ways back and branches; of an object what was done to it, under any of its names", async () => {
    const whole = await pggit("log");
    expect(whole.stdout.split("\n").map((line) => line.split(/\s+/)[0])).toEqual(["V6", "V5", "V4", "V3", "V2", "V1", ""]);
    for (const name of ["patrons", "public.readers", "readers.email"]) {
      const { object, migrations } = await json("log", name);
      expect(object).toMatchObject({ identity: "public.patrons", dropped: false });
      expect((migrations as { id: string }[]).map(({ id }) => id)).toEqual(["V5", "V4", "V1"]);
    }
    const few = await pggit("log", "-n", "2");
    expect(few.stdout).toMatch(/^V6 .*\nV5 .*\nand 4 older migrations\n$/);
  });

  test("show has the five keys of the understanding, the changes of objects, and what the migration needs", async () => {
    const shown = await json("show", "V4");
    expect(Object.keys(shown["understanding"] as object).sort()).toEqual([
      "confidence",
      "intent",
      "optimization",
      "pattern",
      "semantic_version",
    ]);
    expect(shown).toMatchObject({ id: "V4", branch: "main", dependsOn: ["V1"], requiredBy: ["V5"] });
    expect(shown["objects"]).toMatchObject([{ kind: "table", identity: "public.readers" }]);
    const { stdout } = await pggit("show", "V4");
    expect(stdout).toContain("-- db/migration/V4__names.sql:5:1");
    expect(stdout).toContain("Down  lossy");
  });

  test("branches are those of the plan; what is unknown or wrongly used says what to do", async () => {
    expect(await json("branches")).toMatchObject({ branches: [{ name: "main", environment: null, migrations: 6, converted: 6 }] });
    for (const [args, code] of [
      [["show", "V99"], "unknown-id"],
      [["log", "nothing"], "unknown-object"],
      [["diff", "V1", "V99"], "unknown-point"],
      [["checkout", "main"], "no-export"],
      [["branch", "feature"], "wrong-use"],
    ] as const) {
      const run = await pggit(...args, "--json");
      expect({ code: run.code, error: JSON.parse(run.stdout) }).toMatchObject({
        code: 2,
        error: { error: { code, hint: expect.stringMatching(/./) } },
      });
    }
  });
});

describe("the history run again", () => {
  test("blame names the statement that last changed each part, over renames, with file and line", async () => {
    const { parts } = (await json("blame", "patrons")) as {
      parts: {
        kind: string;
        name: string;
        dropped: boolean;
        events: readonly object[];
        last: { migration: string; what: string; location: { file: string; line: number } };
      }[];
    };
    const told = parts.map(
      ({ kind, name, dropped, last }) => `${dropped ? "-" : ""}${kind} ${name}: ${last.migration} ${last.location.line} ${last.what}`,
    );
    expect(told).toEqual(
      [
        "table patrons: V5 1 renamed from readers",
        "column id: V1 3 new",
        "column display_name: V5 2 type character varying(80) → text",
        "column email: V4 3 new",
        "constraint readers_pkey: V1 2 new",
        "index readers_email: V4 5 new",
        "-column joined: V4 4 dropped",
      ].map((line) => expect.stringContaining(line.replace("constraint readers_pkey: V1 2 new", "constraint readers_pkey: V1"))),
    );
    expect(parts.find(({ name }) => name === "display_name")?.events).toMatchObject([
      { name: "full_name", what: "new", location: { file: "db/migration/V1__readers.sql", line: 4, column: 5 } },
      { what: "renamed from full_name", migration: "V4" },
      { migration: "V5" },
    ]);
  });

  test("diff tells renames as renames, in words and as SQL", async () => {
    const { objects, sql } = (await json("diff", "V2", "V5")) as {
      objects: { identity: string; what: string; text: string | null }[];
      sql: string[];
    };
    expect(objects).toContainEqual(expect.objectContaining({ identity: "public.patrons", what: "changed", text: "renamed from readers" }));
    expect(sql).toContain("ALTER TABLE public.readers RENAME TO patrons");
  });

  test("show gives an object, or the schema, as it stood; inventory what needs what", async () => {
    const then = await pggit("show", "patrons", "--at", "V1");
    expect(then.stdout).toContain("CREATE TABLE public.readers (\n");
    expect(then.stdout).not.toContain("CREATE ROLE");
    const before = await pggit("show", "busy", "--at", "V4");
    expect({ code: before.code, said: before.stderr }).toEqual({ code: 2, said: expect.stringContaining("does not stand at V4") });
    const { objects } = (await json("inventory")) as { objects: { identity: string; dependsOn: string[]; migrations: string[] }[] };
    expect(objects.find(({ identity }) => identity === "public.busy")).toMatchObject({
      dependsOn: ["function public.loans_of(integer)", "table public.patrons"],
      migrations: ["V5"],
    });
  });

  test("a past state stands in an embedded database that clients reach one after the other, until Ctrl-C", async () => {
    const { process: child, ended } = startProgram(["checkout", "--at", "V2", "--json"], { cwd: conversion().root });
    const port = await new Promise<number>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (text: string) => {
        said += text;
        const found = /"port": (\d+)/.exec(said)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
      void ended.then(({ stderr }) => reject(new Error(stderr)));
    });
    const answers: unknown[] = [];
    for (const sql of ["BEGIN", "SELECT city FROM branches ORDER BY code"]) {
      const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
      await client.connect();
      answers.push((await client.query(sql)).rows);
      await client.end();
    }
    expect(answers).toEqual([[], [{ city: "L'Orient" }, { city: "Nantes" }]]);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  test("export sql writes an object with all that it needs, definitions and rows apart", async () => {
    const to = join(folder, "sql");
    const { objects, rows } = (await json("export", "sql", "--object", "busy", "--to", to)) as { objects: string[]; rows: number };
    expect(objects).toEqual(
      expect.arrayContaining(["view public.busy", "table public.patrons", 'table "Desk"."Loans"', "table public.branches"]),
    );
    expect(objects).not.toContain("table public.dev_clock");
    expect(rows).toBe(2);
    expect(readFileSync(join(to, "schema.sql"), "utf8")).not.toContain("INSERT");
    expect(readFileSync(join(to, "data.sql"), "utf8")).toContain("('L', 'L''Orient')");
    writeFileSync(join(to, "data.sql"), "-- mine\n");
    const again = await pggit("export", "sql", "--to", to, "--json");
    expect({ code: again.code, error: JSON.parse(again.stdout) }).toMatchObject({ code: 4, error: { error: { code: "output-not-ours" } } });
  });
});

describe("export git", () => {
  const grown = join(folder, "grown");
  const fresh = join(folder, "fresh");

  test("adds what is new to what an earlier export wrote", async () => {
    expect(await exportUpTo(2, grown)).toMatchObject({ kind: "ok", value: { commits: 2, tags: 2 } });
    const first = git(grown, "rev-parse", "main");
    expect(await exportUpTo(6, grown)).toMatchObject({ kind: "ok", value: { commits: 5, checkedOut: true } });
    expect(git(grown, "rev-parse", "main~2")).toBe(first);
  });

  test("of two shadows the files are those of one, in the order of the migrations", async () => {
    const one = await filesOf(Infinity);
    expect(one.map(([count]) => count)).toEqual([2, 3, 4, 5, 6]);
    expect(await filesOf(2)).toEqual(one);
  });

  test("writes a commit a migration, environments as branches that merge main, and the same commits each time", async () => {
    expect(await exportUpTo(6, fresh)).toMatchObject({ kind: "ok", value: { commits: 7 } });
    expect(await exportUpTo(6, fresh)).toMatchObject({ kind: "ok", value: { commits: 0, tags: 0 } });
    expect(git(fresh, "for-each-ref")).toBe(git(grown, "for-each-ref"));
    expect(git(fresh, "fsck", "--strict")).toBe("");
    expect(
      git(fresh, "log", "--graph", "--format=%s", "dev")
        .split("\n")
        .map((line) => line.trimEnd()),
    ).toEqual([
      "* V6: dev view",
      "*   Merge main up to V5 into dev",
      "|\\",
      "| * V5: patrons",
      "| * V4: names",
      "* | V3: dev clock",
      "|/",
      "* V2: loans",
      "* V1: readers",
    ]);
    expect(git(fresh, "ls-tree", "-r", "--name-only", "main", "schema").split("\n")).toEqual([
      "schema/Desk/tables/Loans.sql",
      "schema/public/functions/loans_of(integer).sql",
      "schema/public/sequences/readers_id_seq.sql",
      "schema/public/tables/branches.sql",
      "schema/public/tables/patrons.sql",
      "schema/public/views/busy.sql",
      "schema/schemas/Desk.sql",
    ]);
    expect(git(fresh, "ls-tree", "-r", "--name-only", "dev", "schema")).toContain("schema/public/tables/dev_clock.sql");
    expect(git(fresh, "show", "main~1:schema/public/tables/readers.sql")).toContain("display_name character varying(80)");
    expect(git(fresh, "log", "-1", "--format=%(trailers:key=Rollback,valueonly)", "main~1")).toBe("proven-lossy");
    expect(git(fresh, "status", "--porcelain")).toBe("");
  });

  test("moves to a version, a migration and a branch by checkout, and refuses what it did not make", async () => {
    const version = git(fresh, "tag", "--points-at", "main~1");
    for (const ref of [version, "V4"]) {
      expect(await json("checkout", ref, "--repository", fresh)).toMatchObject({ branch: null, subject: "V4: names" });
      expect(git(fresh, "rev-parse", "HEAD")).toBe(git(fresh, "rev-parse", "main~1"));
    }
    expect(await json("checkout", "main", "--repository", fresh)).toMatchObject({ branch: "main" });
    writeFileSync(join(fresh, "README.md"), "mine\n");
    expect(await exportUpTo(6, fresh)).toMatchObject({ kind: "failed", failures: [{ exitCode: 4, code: "repository-changed" }] });
    git(fresh, "-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "--quiet", "-am", "Mine");
    expect(await exportUpTo(6, fresh)).toMatchObject({ kind: "failed", failures: [{ exitCode: 4, code: "repository-not-ours" }] });
    const foreign = await pggit("export", "git", "--to", ".", "--json");
    expect({ exit: foreign.code, said: JSON.parse(foreign.stdout) }).toMatchObject({
      exit: 4,
      said: { error: { code: "repository-not-ours" } },
    });
    const other = await pggit("export", "git", "--to", grown);
    expect({ exit: other.code, said: other.stderr }).toMatchObject({ exit: 4, said: expect.stringContaining("another history") });
  });
});
