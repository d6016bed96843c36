import type { Step } from "../../src/model/history.ts";

const CREATE =
  /^create\s+(?:(?:local|global)\s+)?temp(?:orary)?\s+table\s+(?:if\s+not\s+exists\s+)?(?:pg_temp\s*\.\s*)?("(?:[^"]|"")+"|[^\s("]+)/i;

/**
 * The steps of a deploy script with the temporary tables that it leaves behind dropped at its end: each script has a psql of its own, whose
 * end does that. Where the converted history runs in one session, the next script may make its own of the same name.
 */
export function dropTemporaryTables(steps: readonly Step[]): readonly Step[] {
  const left = new Map<string, Step>();
  for (const step of steps) {
    const name = step.kind === "statement" && !/\bon\s+commit\s+drop\b/i.test(step.sql) ? CREATE.exec(step.sql)?.[1] : undefined;
    if (name !== undefined && !left.has(name)) left.set(name, step);
  }
  const drops = [...left].map(([name, { location }]): Step => ({
    kind: "statement",
    sql: `DROP TABLE IF EXISTS pg_temp.${name}`,
    location,
  }));
  return drops.length === 0 ? steps : [...steps, ...drops];
}
