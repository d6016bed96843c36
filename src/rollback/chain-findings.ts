import type { Finding } from "../model/history.ts";
import type { ChainProof } from "./chain.ts";

/** What the report says of the walk from the head back to the empty database. */
export function chainFindings(chain: ChainProof, migrations: number): readonly Finding[] {
  const finding = (code: string, message: string, migration: string | null): Finding => ({
    kind: "finding",
    code,
    message,
    location: null,
    migration,
  });
  const found: Finding[] = [];
  if (chain.reachedEnd) {
    const passed = chain.passed.length === 0 ? "" : `, past ${chain.passed.length} whose rows cannot come back`;
    const message = `All ${migrations} ways back were run from the head to the empty database${passed}; both judges of the whole catalog found it as it was.`;
    found.push(finding("chain-proven", message, null));
  } else if (chain.stoppedAt !== null) {
    const { migration, reason } = chain.stoppedAt;
    const message = `From the head ${chain.walked} of ${migrations} ways back were run; it goes no further than ${migration}: ${reason}.`;
    found.push(finding("chain-stopped", message, migration));
  }
  for (const { identity, aspect, expected, found: seen } of chain.unexplained) {
    const message = `On the way back to the start ${identity} has ${aspect} ${seen ?? "missing"} where it had ${expected ?? "nothing"}; no migration is known to have touched it.`;
    found.push(finding("chain-difference", message, null));
  }
  return found;
}
