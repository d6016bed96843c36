import type { Evidence } from "../model/evidence.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { Rollback, RollbackProof } from "../model/rollback.ts";
import type { Squash } from "../model/squash.ts";
import { count } from "./names.ts";

/** A migration's confidence with the evidence that it is the product of. */
export interface Confidence {
  /** 0 to 1, four decimals. */
  readonly value: number;
  readonly evidence: readonly Evidence[];
}

/** What is known about one migration. A part that was not looked at (`null`) is absent from the evidence. */
export interface ConfidenceInput {
  readonly read: Evidence;
  readonly executed: Evidence;
  readonly rollback: Evidence | null;
  readonly squash: Evidence | null;
  readonly judge: Evidence;
}

/** Under this a person must decide. */
export const MUST_DECIDE = 0.8;

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The product of the parts, each listed with what was seen. */
export function confidenceOf(input: ConfidenceInput): Confidence {
  const evidence = [input.read, input.executed, input.rollback, input.squash, input.judge].filter((part) => part !== null);
  return { value: round(evidence.reduce((product, part) => product * part.value, 1)), evidence };
}

/** How completely the source was read: 1, with an assumption 0.9, an opaque statement 0.85, custom code undecided 0.5. The worst counts. */
export function readEvidence(replay: MigrationReplay): Evidence {
  const custom = replay.statements.filter((statement) => statement.step.kind === "custom-code").length;
  if (custom > 0) return { part: "read", value: 0.5, statement: `${count(custom, "piece")} of custom code could not be read` };
  const opaque = replay.statements.filter(
    (statement) => statement.parsed?.changes.some((change) => change.kind === "opaque") === true,
  ).length;
  if (opaque > 0)
    return { part: "read", value: 0.85, statement: `${count(opaque, "statement")} kept as written, without being understood` };
  const [assumption] = replay.migration.assumptions;
  if (assumption !== undefined)
    return { part: "read", value: 0.9, statement: `Read with an assumption: ${replay.migration.assumptions.join("; ")}` };
  return { part: "read", value: 1, statement: `Read completely: ${count(replay.statements.length, "statement")}` };
}

/**
 * What ran on the shadow: everything 1, some skipped 0.85, one failed or the authors' own check refused the result 0.5. Custom code is the
 * business of `read`.
 */
export function executedEvidence(replay: MigrationReplay): Evidence {
  const statements = replay.statements.filter((statement) => statement.step.kind !== "custom-code");
  const failed = statements.filter((statement) => statement.outcome.kind === "failed").length;
  if (failed > 0) return { part: "executed", value: 0.5, statement: `${failed} of ${statements.length} statements failed on the shadow` };
  const skipped = statements.filter((statement) => statement.outcome.kind === "skipped").length;
  if (skipped > 0) return { part: "executed", value: 0.85, statement: `${skipped} of ${statements.length} statements were skipped` };
  const ran = `All ${statements.length} statements ran on the shadow`;
  const { verification } = replay;
  if (verification?.kind === "failed")
    return { part: "executed", value: 0.5, statement: `${ran}; the check that its authors wrote fails: ${verification.error.message}` };
  return { part: "executed", value: 1, statement: `${ran}${verificationWords(verification)}` };
}

function verificationWords(verification: MigrationReplay["verification"]): string {
  if (verification?.kind === "passed") return `; the check that its authors wrote passed (${count(verification.statements, "statement")})`;
  return verification === undefined ? "" : "; the check that its authors wrote was not run";
}

function provenWords(proof: RollbackProof | undefined): string {
  return proof === undefined ? "" : ` on ${proof.engine}, with ${proof.rows} rows`;
}

/** The way back: proven with rows 1, with none 0.97, conditional 0.96, lossy 0.95, irreversible as its author said 0.95, irreversible 0.9, unproven 0.6. */
export function rollbackEvidence(rollback: Rollback): Evidence {
  const part = "rollback";
  const [proof] = rollback.proofs;
  const on = provenWords(proof);
  switch (rollback.status) {
    case "proven":
      return (proof?.rows ?? 0) > 0
        ? { part, value: 1, statement: `The rollback restored catalog and rows${on}` }
        : { part, value: 0.97, statement: `The rollback restored the catalog${on}: no row to try it with` };
    case "proven-conditional":
      return { part, value: 0.96, statement: `The rollback holds where its check returns no row${on}` };
    case "proven-lossy":
      return { part, value: 0.95, statement: `The rollback restored the catalog; values are lost${on}` };
    case "irreversible":
      return rollback.declared === true
        ? { part, value: 0.95, statement: "Irreversible, as its author said" }
        : { part, value: 0.9, statement: `Irreversible: ${rollback.reason ?? "no way back restores what was there"}` };
    default:
      return { part, value: 0.6, statement: `No way back was proven: ${rollback.reason ?? "none was found"}` };
  }
}

/** The squash: part of a proven one 1, a merge taken back 0.95. One that is not proven counts as a merge taken back. */
export function squashEvidence(migration: string, squash: Squash): Evidence {
  if (!squash.proof.proven) return { part: "squash", value: 0.95, statement: "The squashed history was not proven equal to the original" };
  const takenBack = squash.takenBack.filter(({ merge }) => merge.migrations.includes(migration));
  const [first] = takenBack;
  if (first !== undefined) return { part: "squash", value: 0.95, statement: `A merge was taken back: ${first.difference}` };
  return { part: "squash", value: 1, statement: `Part of a squash that was proven equal on ${squash.proof.engine}` };
}

/** Whether somebody else's result was at hand: compared 1, not compared 0.99. `comparedWith` names it (`flyway migrate`, `pg_dump`). */
export function judgeEvidence(comparedWith: string | null): Evidence {
  return comparedWith === null
    ? { part: "judge", value: 0.99, statement: "Not compared with the source tool's own result" }
    : { part: "judge", value: 1, statement: `Equal to the result of ${comparedWith}` };
}

/** Over all migrations: the mean weighted by their operations, and the lowest. A history without operations weighs every migration the same. */
export function overallConfidence(parts: readonly { readonly operations: number; readonly confidence: number }[]): {
  readonly confidence: number;
  readonly minimum: number;
} {
  if (parts.length === 0) return { confidence: 1, minimum: 1 };
  const total = parts.reduce((sum, part) => sum + part.operations, 0);
  const weight = (operations: number): number => (total === 0 ? 1 / parts.length : operations / total);
  const mean = parts.reduce((sum, part) => sum + part.confidence * weight(part.operations), 0);
  return { confidence: round(mean), minimum: Math.min(...parts.map((part) => part.confidence)) };
}
