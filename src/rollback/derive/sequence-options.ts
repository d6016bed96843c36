import type { SequenceFacts } from "../../model/catalog.ts";

const LIMITS: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

function defaults(sequence: SequenceFacts): Pick<SequenceFacts, "increment" | "minimum" | "maximum" | "start" | "cache" | "cycle"> {
  const [lowest, highest] = LIMITS[sequence.dataType] ?? ["-9223372036854775808", "9223372036854775807"];
  const descending = sequence.increment.startsWith("-");
  return {
    increment: "1",
    minimum: descending ? lowest : "1",
    maximum: descending ? "-1" : highest,
    start: descending ? sequence.maximum : sequence.minimum,
    cache: "1",
    cycle: false,
  };
}

/** The options of a sequence that differ from `found`, or for a new one (`null`) from what PostgreSQL takes by itself (manual, CREATE SEQUENCE). */
export function sequenceOptions(sequence: SequenceFacts, found: SequenceFacts | null): readonly string[] {
  const base = found ?? defaults(sequence);
  const options: string[] = [];
  if (sequence.increment !== base.increment) options.push(`INCREMENT BY ${sequence.increment}`);
  if (sequence.minimum !== base.minimum) options.push(`MINVALUE ${sequence.minimum}`);
  if (sequence.maximum !== base.maximum) options.push(`MAXVALUE ${sequence.maximum}`);
  if (sequence.start !== base.start) options.push(`START WITH ${sequence.start}`);
  if (sequence.cache !== base.cache) options.push(`CACHE ${sequence.cache}`);
  if (sequence.cycle !== base.cycle) options.push(sequence.cycle ? "CYCLE" : "NO CYCLE");
  return options;
}
