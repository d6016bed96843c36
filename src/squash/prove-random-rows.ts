import { compareRows, readRows } from "../catalog/rows.ts";
import type { RowReadOptions } from "../catalog/rows.ts";
import type { Shadow } from "../database/session.ts";
import type { Result } from "../model/failure.ts";
import type { Squash, SquashedStatement } from "../model/squash.ts";
import { everyStep, mergeStatements } from "./merge.ts";
import { proveSquash, type SquashProofInput } from "./prove.ts";
import { readExpectation, runAll } from "./prove-trial.ts";

/**
 * As `proveSquash`; where only rows differ, the original is run once more to learn which tables hold values that two runs of the very same
 * statements give differently (ids drawn at random by functions of the history's own). In these, values are then compared by whether they
 * are NULL, and their number by count; the proof says so. What differs beyond them is still a difference.
 */
export async function proveSquashWithRandomRows(input: SquashProofInput): Promise<Result<Squash>> {
  const first = await proveSquash(input);
  if (first.kind === "failed" || first.value.proof.proven || !onlyValues(first.value)) return first;
  const original = mergeStatements(input.inputs, { skip: everyStep(input.inputs) }).statements;
  const opened = await input.openShadow();
  if (opened.kind === "failed") return opened;
  const shadow = opened.value;
  try {
    const reading = await findRandomTables(shadow, original, input);
    if (reading === null) return first;
    return await proveSquash({ ...input, reading, expected: await readExpectation(shadow, reading) });
  } finally {
    await shadow.close();
  }
}

function onlyValues({ proof }: Squash): boolean {
  return proof.differences.length > 0 && proof.differences.every(({ kind, aspect }) => kind === "row" && aspect === "values");
}

/** Runs the original on the shadow and gives the reading that leaves out what came out otherwise; `null` where nothing did. */
async function findRandomTables(
  shadow: Shadow,
  original: readonly SquashedStatement[],
  input: SquashProofInput,
): Promise<RowReadOptions | null> {
  if ((await runAll(shadow.session, original)) !== null) return null;
  await shadow.session.run("RESET ALL");
  const rows = await readRows(shadow.session, input.reading);
  const random = compareRows(input.expected.rows, rows).filter(({ aspect }) => aspect === "values");
  if (random.length === 0) return null;
  const nondeterministic = [...input.reading.nondeterministic];
  for (const { identity } of random) nondeterministic.push(...(await readColumns(shadow, identity)));
  return { ...input.reading, nondeterministic };
}

async function readColumns(shadow: Shadow, identity: string): Promise<RowReadOptions["nondeterministic"]> {
  return shadow.session.rows<RowReadOptions["nondeterministic"][number]>(
    `select n.nspname::text as schema, c.relname::text as table, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      where c.oid = $1::text::regclass and a.attnum > 0 and not a.attisdropped group by 1, 2`,
    [identity],
  );
}
