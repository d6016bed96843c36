import { createServer, type AddressInfo } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Failure } from "../../src/model/failure.ts";
import { announceShadow } from "../../src/database/leftover-shadows.ts";
import { openShadow } from "../../src/database/shadow.ts";
import type { Session, Shadow } from "../../src/database/session.ts";
import { useServer } from "../support/server.ts";
import { useShadow } from "../support/shadow.ts";

const url = useServer();
const bystander = useShadow({ server: { url, disposable: false }, id: "bystander" });
const id = "failures";

async function open(server: string): Promise<Shadow> {
  const opened = await openShadow({ server: { url: server, disposable: false }, extensions: [], statementTimeoutMs: 500, id });
  if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
  return opened.value;
}

async function refused(server: string): Promise<Failure> {
  const opened = await openShadow({ server: { url: server, disposable: false }, extensions: [], statementTimeoutMs: 500, id });
  if (opened.kind === "ok") {
    await opened.value.close();
    throw new Error("it opened");
  }
  const [failure] = opened.failures;
  if (failure === undefined) throw new Error("a failure without failures");
  expect(JSON.stringify(failure)).not.toMatch(/odd@characters|odd%40characters|wrong-secret/);
  return failure;
}

const databases = async (session: Session): Promise<readonly unknown[]> =>
  (await session.rows<{ datname: string }>("select datname from pg_database where datname like '%failures%' order by 1")).map(
    (row) => row.datname,
  );

beforeAll(async () => {
  await bystander().session.run("create role failures_plain login password 'wrong-secret'");
});
afterAll(async () => {
  await bystander().session.run("drop role failures_plain");
});

test("a wrong password, an unknown user and a missing database say so", async () => {
  expect(await refused(url.replace(/:[^:@]*@/, ":wrong-secret@"))).toMatchObject({ code: "login-refused", exitCode: 1 });
  expect(await refused(url.replace(/:[^:@]*@/, "@"))).toMatchObject({ code: "login-refused", exitCode: 1 });
  expect(await refused(url.replace(/\/postgres$/, "/nowhere"))).toMatchObject({
    code: "no-such-database",
    message: expect.stringContaining('"nowhere"'),
  });
});

test("a server that is away, or is no server, says so", async () => {
  const silent = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  expect(await refused(`postgresql://ann:wrong-secret@127.0.0.1:${port}/x?connect_timeout=1&sslmode=disable`)).toMatchObject({
    code: "server-away",
  });
  silent.close();
  expect(await refused(`postgresql://ann:wrong-secret@127.0.0.1:1/x`)).toMatchObject({
    code: "server-away",
    location: '127.0.0.1:1, database "x", user "ann"',
    message: expect.stringContaining("ECONNREFUSED"),
  });
  expect(await refused("postgresql://ann:wrong-secret@nowhere.invalid/x")).toMatchObject({ code: "server-away" });
});

test("encryption that the server does not have says so; preferred encryption goes without", async () => {
  expect(await refused(`${url}?sslmode=require`)).toMatchObject({ code: "encryption-failed" });
  await (await open(`${url}?sslmode=prefer`)).close();
});

test("a user without CREATEDB is told how to get it, and leaves nothing behind", async () => {
  const plain = url.replace(/\/\/postgres:[^@]*@/, "//failures_plain:wrong-secret@");
  expect(await refused(plain)).toMatchObject({
    code: "no-createdb-right",
    exitCode: 1,
    hint: expect.stringContaining('ALTER ROLE "failures_plain" CREATEDB'),
  });
  expect(await databases(bystander().session)).toEqual([]);
});

test("the database is there while the shadow is open, and gone after it, whatever it was doing", async () => {
  const shadow = await open(url);
  expect(await databases(bystander().session)).toEqual(["pggit_shadow_failures"]);
  expect(await refused(url)).toMatchObject({ code: "shadow-exists" });
  await shadow.session.run("begin; create table t ()");
  const outcome = shadow.session.run("set statement_timeout = 0; select pg_sleep(60)").catch((error: unknown) => error);
  await Promise.all([shadow.close(), shadow.close()]);
  expect(await outcome).toMatchObject({ name: "StatementError" });
  await shadow.close();
  expect(await databases(bystander().session)).toEqual([]);
});

test("a statement beyond its time is cancelled, and the session goes on", async () => {
  const shadow = await open(url);
  await expect(shadow.session.run("select pg_sleep(60)")).rejects.toMatchObject({ error: { code: "57014" } });
  expect(await shadow.session.rows("select 1 as one")).toEqual([{ one: 1 }]);
  await shadow.close();
});

test("a connection that the server cuts is an error of the statement and of those after it", async () => {
  const shadow = await open(url);
  const [row] = await shadow.session.rows<{ pid: number }>("select pg_backend_pid() as pid");
  const outcome = shadow.session.run("select pg_sleep(0.4)").catch((error: unknown) => error);
  await bystander().session.rows("select pg_terminate_backend($1)", [row?.pid]);
  expect(await outcome).toMatchObject({ name: "StatementError", error: { code: "57P01" } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(shadow.session.run("select 1")).rejects.toMatchObject({ name: "StatementError" });
  await shadow.close();
  expect(await databases(bystander().session)).toEqual([]);
});

test("shadows that a killed run left are removed by the next one; never one that is in use or about to be, nor another's database", async () => {
  const { session } = bystander();
  const dead = "pggit_shadow_999999901n1";
  const used = "pggit_shadow_999999902a1";
  const other = "pggit_shadow_of_failures";
  const there = async (): Promise<readonly string[]> =>
    (
      await session.rows<{ name: string }>("select datname as name from pg_database where datname = any($1::text[]) order by 1", [
        [dead, used, other],
      ])
    ).map(({ name }) => name);
  // First of all, or a run of another test would remove what is made here.
  const announcing = new Client(url);
  await announcing.connect();
  await announceShadow(announcing);
  for (const name of [dead, used, other]) await session.run(`create database ${name}`);
  const user = new Client(url.replace(/\/postgres$/, `/${used}`));
  await user.connect();
  await (await open(url)).close();
  expect(await there()).toEqual([dead, used, other]);
  await announcing.end();
  // Other tests may be about to open one of theirs.
  for (let attempt = 0; attempt < 100 && (await there()).includes(dead); attempt += 1) await (await open(url)).close();
  expect(await there()).toEqual([used, other]);
  await user.end();
  for (const name of [used, other]) await session.run(`drop database if exists ${name}`);
});
