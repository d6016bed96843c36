import type { ChangeKind } from "../model/change.ts";
import type { ParsedStatement } from "../model/sql.ts";
import type { ReplayContext } from "./context.ts";

/** What no shadow runs: it reaches the machine, other databases or other servers. */
const NEVER: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  "create-database",
  "drop-database",
  "create-tablespace",
  "alter-tablespace",
  "drop-tablespace",
  "alter-system",
  "create-subscription",
  "alter-subscription",
  "drop-subscription",
]);

/** Why a statement is not run on the shadow; `null` where it is. */
export function reasonToSkip({ sql, changes }: ParsedStatement, { session }: ReplayContext): string | null {
  const outside = changes.find(({ kind }) => NEVER.has(kind));
  if (outside !== undefined) return `cluster-wide: ${outside.kind.replaceAll("-", " ")} reaches beyond the shadow database`;
  if (changes.some(({ kind }) => kind === "copy-from" || kind === "copy-to") && /\bprogram\s+(?:e?'|\$)/i.test(sql)) {
    return "cluster-wide: COPY … PROGRAM runs a command on the machine of the server";
  }
  if (!session.engine.ownsCluster && changes.some(({ details }) => details.clusterWide === true)) {
    return "cluster-wide: the shadow's server holds other databases too";
  }
  return null;
}
