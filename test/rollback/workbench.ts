import { afterEach } from "vitest";
import { installCatalogReader } from "../../src/catalog/install.ts";
import type { CatalogReader } from "../../src/catalog/reader.ts";
import type { Shadow } from "../../src/database/session.ts";
import type { History } from "../../src/model/history.ts";
import type { MigrationReplay } from "../../src/model/replay.ts";
import type { Rollback } from "../../src/model/rollback.ts";
import { replayHistory } from "../../src/replay/replay.ts";
import type { ProofContext } from "../../src/rollback/context.ts";
import { createRowProver, type RowProver } from "../../src/rollback/row-proof.ts";
import { proveRollback } from "../../src/rollback/prove.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { historyOf, type Script } from "./history-of.ts";

/** Empties a database but for what it was born with. */
const CLEAN = (roles: boolean): string => `reset all; reset role; do $$ declare r record; begin
  for r in select evtname from pg_event_trigger where evtname not like 'pggit%' loop execute format('drop event trigger %I', r.evtname); end loop;
  for r in select pubname from pg_publication loop execute format('drop publication %I', r.pubname); end loop;
  for r in select oid from pg_largeobject_metadata loop perform lo_unlink(r.oid); end loop;
  for r in select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'pggit_shadow') loop execute format('drop schema %I cascade', r.nspname); end loop;
  for r in select extname from pg_extension where extname <> 'plpgsql' loop execute format('drop extension %I cascade', r.extname); end loop;
  create schema public;
${
  roles
    ? `for r in select rolname from pg_roles where rolname not like 'pg\\_%' and rolname <> current_user loop execute format('drop owned by %I cascade', r.rolname); execute format('drop role %I', r.rolname); end loop;`
    : ""
}
  end $$`;

/** Replays and proves made-up histories on one shadow, which is emptied after each test. */
export interface Workbench {
  /** Runs scripts and gives what the last one did, the shadow standing right after it. */
  replay(scripts: readonly Script[], more?: Partial<History>): Promise<readonly MigrationReplay[]>;
  /** The same, with the proof of the last one's way back. */
  prove(scripts: readonly Script[], more?: Partial<History>): Promise<{ readonly replay: MigrationReplay; readonly rollback: Rollback }>;
  context(): Promise<ProofContext>;
  /** Empties the database: done after each test. */
  clean(): Promise<void>;
}

/** `rows`: ways back are tried with generated rows too. */
export function useWorkbench(shadow: () => Shadow, proof: "catalog" | "rows" = "catalog"): Workbench {
  let reader: CatalogReader | null = null;
  let rows: RowProver | null = null;
  const context = async (): Promise<ProofContext> => {
    await loadParser();
    const { session } = shadow();
    reader ??= await installCatalogReader(session);
    if (proof === "rows") rows ??= await createRowProver({ session, reader, resetBetween: ["RESET ALL"], onProof: () => undefined });
    return { session, reader, resetBetween: ["RESET ALL"], ...(rows === null ? {} : { rows }) };
  };
  const replay: Workbench["replay"] = async (scripts, more) => {
    const { session, reader } = await context();
    const replays: MigrationReplay[] = [];
    for await (const one of replayHistory(historyOf(scripts, more), { session, reader, clock: () => 0 })) replays.push(one);
    return replays;
  };
  const clean = async (): Promise<void> => {
    if (reader === null) return;
    await reader.begin();
    await shadow().session.run(CLEAN(shadow().session.engine.embedded));
    reader.accept(await reader.slices(await reader.end("thorough")));
  };
  afterEach(clean);
  return {
    clean,
    context,
    replay,
    async prove(scripts, more) {
      const last = (await replay(scripts, more)).at(-1);
      if (last === undefined) throw new Error("nothing was replayed");
      return { replay: last, rollback: await proveRollback(last, await context()) };
    },
  };
}
