import { expect, test } from "vitest";
import { compareSnapshots } from "../../src/catalog/snapshot/compare.ts";
import { inCommonTerms } from "../../src/catalog/snapshot/common-terms.ts";
import type { CatalogSnapshot } from "../../src/catalog/snapshot/read.ts";

type Rows = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

/** A snapshot as `readWholeCatalog` gives it, of the rows that the test is about. */
function snapshot(major: number, rows: Rows, builtIn: readonly string[] = []): CatalogSnapshot {
  const entries = Object.entries(rows);
  return {
    major,
    catalogs: new Map(
      entries.map(([catalog, of]) => [catalog, new Map(Object.entries(of).map(([name, payload]) => [name, JSON.stringify(payload)]))]),
    ),
    columns: new Map(entries.map(([catalog, of]) => [catalog, [...new Set(Object.values(of).flatMap((payload) => Object.keys(payload)))]])),
    builtIn: new Map(entries.map(([catalog]) => [catalog, new Set(builtIn)])),
  };
}

const differences = (one: CatalogSnapshot, other: CatalogSnapshot): string[] =>
  compareSnapshots(...inCommonTerms(one, other)).map(({ what, identity, aspect }) => `${what} ${identity}: ${aspect}`);

const THIRTEEN: Rows = {
  pg_class: {
    "public.t": { relkind: "r", relacl: "{ann=arwdDxt/ann,=r/ann}", reltype: "public.t" },
    "public.q": { relkind: "S", relacl: "{ann=rwU/ann}", reltype: "public.q" },
  },
  pg_sequence: { "public.q": { seqstart: "1", position: "1 (not called)" } },
  pg_type: {
    "public.t": { typrelid: "public.t", typtype: "c" },
    "public.q": { typrelid: "public.q", typtype: "c" },
    "public.r": { typtype: "r" },
  },
  pg_attrdef: { "public.t.at": { adbin: "timezone('UTC'::text, now())" }, "public.t.n": { adbin: "1" } },
  pg_attribute: { "public.t.n": { attstattarget: "-1", position: "1" } },
  pg_constraint: { "public.t.t_pkey": { contype: "p" } },
  pg_proc: { "pg_catalog.now": { prosrc: "now" } },
  pg_rewrite: { "public.v._RETURN": { rulename: "_RETURN", ev_action: "SELECT t.n FROM t" } },
};
const EIGHTEEN: Rows = {
  pg_class: {
    "public.t": { relkind: "r", relacl: "{ann=arwdDxtm/ann,=r/ann}", reltype: "public.t" },
    "public.q": { relkind: "S", relacl: "{ann=rwU/ann}" },
  },
  pg_sequence: THIRTEEN["pg_sequence"] ?? {},
  pg_type: {
    "public.t": { typrelid: "public.t", typtype: "c" },
    "public.r": { typtype: "r", typsubscript: "x" },
    "public.r_multirange": { typtype: "m" },
  },
  pg_attrdef: { "public.t.at": { adbin: "(now() AT TIME ZONE 'UTC'::text)" }, "public.t.n": { adbin: "1" } },
  pg_attribute: { "public.t.n": { position: "1", attcompression: "p" } },
  pg_constraint: { "public.t.t_pkey": { contype: "p" }, "public.t.t_n_not_null": { contype: "n" } },
  pg_proc: { "pg_catalog.now": { prosrc: "other" } },
  pg_rewrite: { "public.v._RETURN": { rulename: "_RETURN", ev_action: "SELECT n FROM t" } },
  pg_parameter_acl: { work_mem: { parname: "work_mem" } },
};

test("what only one of two majors knows is no difference", () => {
  expect(differences(snapshot(13, THIRTEEN, ["pg_catalog.now"]), snapshot(18, EIGHTEEN, ["pg_catalog.now"]))).toEqual([]);
  expect(differences(snapshot(18, EIGHTEEN, ["pg_catalog.now"]), snapshot(13, THIRTEEN, ["pg_catalog.now"]))).toEqual([]);
});

test("what both know still is", () => {
  const changed: Rows = {
    ...EIGHTEEN,
    pg_attrdef: { "public.t.at": { adbin: "(now() AT TIME ZONE 'UTC'::text)" }, "public.t.n": { adbin: "2" } },
    pg_attribute: { "public.t.n": { position: "2", attstattarget: "50" } },
    pg_class: { ...EIGHTEEN["pg_class"], "public.t": { relkind: "r", relacl: "{ann=arwdDxtm/ann}", reltype: "public.t" } },
  };
  expect(differences(snapshot(13, THIRTEEN, ["pg_catalog.now"]), snapshot(18, changed, ["pg_catalog.now"])).sort()).toEqual([
    "different pg_attrdef public.t.n: adbin",
    "different pg_attribute public.t.n: attstattarget",
    "different pg_attribute public.t.n: position",
    "different pg_class public.t: relacl",
  ]);
});

test("within one major everything counts", () => {
  expect(differences(snapshot(18, EIGHTEEN), snapshot(18, { ...EIGHTEEN, pg_parameter_acl: {} }))).toEqual([
    "missing pg_parameter_acl work_mem: row",
  ]);
});
