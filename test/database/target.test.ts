import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeTarget, readTarget, type Target } from "../../src/database/target.ts";

const home = mkdtempSync(join(tmpdir(), "pggit-home-"));
afterAll(() => rmSync(home, { recursive: true }));
writeFileSync(join(home, ".pgpass"), "# comment\nother:5432:*:*:wrong\ndb.example:5433:shop:ann:from\\:file\nlocalhost:*:*:*:local one\n");

const read = (text: string, environment: Record<string, string> = {}, socketDirectory: string | null = null): Target => {
  const target = readTarget(text, { environment, userName: "me", homeDirectory: home, socketDirectory });
  if (target.kind === "failed") throw new Error(target.failures.map(({ message }) => message).join());
  return target.value;
};
const refused = (text: string): string => {
  const target = readTarget(text, { environment: {}, userName: "me", homeDirectory: home, socketDirectory: null });
  if (target.kind === "ok") throw new Error("it was read");
  expect(target.failures).toMatchObject([{ code: "bad-connection", exitCode: 2 }]);
  return target.failures[0]?.message ?? "";
};

test.each([
  ["postgresql://ann:p%40ss%3Aword@db.example:5433/shop?sslmode=require&connect_timeout=3"],
  ["postgres://ann@db.example:5433/shop?password=p%40ss:word&sslmode=require&connect_timeout=3"],
  ["host=db.example port=5433 user=ann dbname=shop password='p@ss:word' sslmode=require connect_timeout=3"],
  ["host = db.example port = 5433 user=ann dbname = 'shop' password=p@ss\\:word sslmode=require connect_timeout=3"],
])("%s is read as libpq reads it", (text) => {
  expect(read(text)).toEqual({
    host: "db.example",
    port: 5433,
    user: "ann",
    database: "shop",
    password: "p@ss:word",
    sslMode: "require",
    sslRootCertificate: null,
    sslCertificate: null,
    sslKey: null,
    options: null,
    connectTimeoutSeconds: 3,
  });
});

test("a bare name is a database on the server of PGHOST, on the local socket, or on localhost", () => {
  expect(read("shop", { PGHOST: "db", PGPORT: "6000", PGUSER: "ann" })).toMatchObject({
    host: "db",
    port: 6000,
    user: "ann",
    database: "shop",
  });
  expect(read("shop", {}, "/run/pg")).toMatchObject({ host: "/run/pg", port: 5432, user: "me", database: "shop", password: "local one" });
  expect(read("shop")).toMatchObject({ host: "localhost", sslMode: "prefer" });
  expect(read("postgresql:///shop?host=/run/pg")).toMatchObject({ host: "/run/pg", database: "shop" });
  expect(read("postgresql://%2Frun%2Fpg/shop")).toMatchObject({ host: "/run/pg" });
  expect(read("postgresql://[::1]:5433/")).toMatchObject({ host: "::1", port: 5433, database: "me" });
});

test("the database defaults to the user's name, the password to PGPASSWORD, then to the password file", () => {
  expect(read("postgresql://ann@h")).toMatchObject({ database: "ann", password: null });
  expect(read("postgresql://ann@db.example:5433/shop", { PGPASSWORD: "from the environment" }).password).toBe("from the environment");
  expect(read("postgresql://ann@db.example:5433/shop").password).toBe("from:file");
  expect(read("postgresql://ann@db.example:5433/shop", { PGPASSFILE: join(home, "none") }).password).toBeNull();
});

test("what cannot be read says so without repeating it", () => {
  expect(refused("postgresql://ann:se/cret@h/db")).not.toContain("se/cret");
  expect(refused("host=h password='secret")).not.toContain("secret");
  expect(refused("postgresql://ann:%zz@h/db")).toContain("hexadecimal");
  expect(refused("postgresql://h:99999/db")).toContain("port");
  expect(refused("postgresql://a,b/db")).toContain("several hosts");
  expect(refused("host=h sslmode=maybe")).toContain("sslmode");
  expect(refused("host=h pasword=secret")).toBe("The connection has unknown settings: pasword.");
});

test("its description holds no password", () => {
  expect(describeTarget(read("postgresql://ann:secret@h/db"))).toBe('h:5432, database "db", user "ann"');
});
