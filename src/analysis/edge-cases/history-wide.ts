import type { EdgeCaseDraft } from "../../model/edge-case.ts";
import type { Squash } from "../../model/squash.ts";
import type { ObjectCycle } from "../dependencies.ts";
import { listNames } from "../names.ts";

/** The squashed history is not what the original gives: `schema.sql` must not be used as it stands. */
export function askSquashDifference(squash: Squash | null): EdgeCaseDraft | null {
  if (squash === null || squash.proof.proven) return null;
  const seen = squash.proof.differences.map((difference) => `${difference.identity} ${difference.aspect} ${difference.what}`);
  return {
    kind: "squash-difference",
    title: "The squashed history differs from the original",
    question: `schema.sql does not give the same database: ${seen.length === 0 ? "it could not be compared" : listNames(seen, 4)}. Are these differences acceptable?`,
    action: "Keep schema.sql knowing the differences, or correct it (edit). The migrations one by one are not concerned.",
    risk: "HIGH",
    source: null,
    suggestion: { text: "Build new databases from migrations/ instead of schema.sql.", sql: null, origin: "rule", proven: false },
    evidence: [{ part: "squash", statement: `${squash.proof.differences.length} differences on ${squash.proof.engine}`, value: 0.95 }],
    choices: ["keep", "edit"],
  };
}

/** A circle of objects is asked about only where it kept the squash from being proven; else it is a finding. */
export function askCircle(cycle: ObjectCycle, squash: Squash | null): EdgeCaseDraft | null {
  if (squash === null || squash.proof.proven) return null;
  return {
    kind: "circular-dependency",
    title: `${listNames(cycle.objects)} depend on each other`,
    question: `${listNames(cycle.objects, 6)} refer to each other in a circle. In which order are they to be made?`,
    action: cycle.byForeignKey
      ? "Keep the original order of the migrations, or give the SQL that makes them (tables first, foreign keys afterwards)."
      : "Keep the original order of the migrations, or give the SQL that makes them.",
    risk: "MEDIUM",
    source: null,
    suggestion: cycle.byForeignKey
      ? { text: "Create the tables first and add the foreign keys afterwards.", sql: null, origin: "rule", proven: false }
      : null,
    evidence: [],
    choices: ["keep", "edit"],
  };
}
