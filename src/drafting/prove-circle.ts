import { compareSlices } from "../catalog/compare.ts";
import { installCatalogReader } from "../catalog/install.ts";
import type { Shadow } from "../database/session.ts";
import { StatementError } from "../database/session.ts";
import type { CatalogSlice } from "../model/catalog.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { Result } from "../model/failure.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { catalogBefore, definitionsOf } from "./catalog-at.ts";
import { circleObjects } from "./find-questions.ts";
import type { Proven } from "./prove-drafts.ts";

/** Opens an empty shadow; whoever opens it closes it. */
export type OpenShadow = () => Promise<Result<Shadow>>;

/** Runs an order for objects in a circle on a shadow that has none of them, and compares what comes of it with the head of the history. */
export async function proveCircle(
  { edgeCase, sql, replays }: { readonly edgeCase: EdgeCase; readonly sql: string; readonly replays: readonly MigrationReplay[] },
  openShadow: OpenShadow,
): Promise<Proven> {
  const wanted = circleObjects(edgeCase, replays);
  const opened = await openShadow();
  if (opened.kind === "failed") return { kind: "failed", reason: "no shadow could be opened to run it on" };
  const shadow = opened.value;
  try {
    const grounds = [...catalogBefore(replays, replays.length).values()].filter(
      ({ kind }) => kind === "schema" || kind === "enum" || kind === "domain",
    );
    for (const statement of definitionsOf(grounds)) await shadow.session.run(statement);
    await shadow.session.run(sql);
    // It begins by reading everything that is there.
    const reader = await installCatalogReader(shadow.session, { excludeFromReads: [] });
    const differences = compareSlices(
      renumbered(new Map(wanted.map((object) => [object.identity, object]))),
      renumbered(new Map([...reader.all()].filter(([, { identity }]) => wanted.some((object) => object.identity === identity)))),
    );
    const [first] = differences;
    return first === undefined
      ? {
          kind: "proven",
          text: `Run on a database that has none of them, it makes ${wanted.length} objects as the head of the history has them.`,
        }
      : { kind: "failed", reason: `it was run, and gives something else: ${first.identity} ${first.aspect}` };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return { kind: "failed", reason: `it was run, and fails (SQLSTATE ${error.error.code})` };
  } finally {
    await shadow.close();
  }
}

/** By identity: the numbers of two databases have nothing to do with each other. */
function renumbered(slice: CatalogSlice): CatalogSlice {
  return new Map([...slice.values()].map((object) => [`${object.kind} ${object.identity}`, object]));
}
