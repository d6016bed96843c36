import type { Plan } from "../../model/plan.ts";
import { rollback, signOff, success, timeline, troubleshooting, validation } from "./after.ts";
import { before, risks, whatAndWhy } from "./before.ts";
import { steps } from "./during.ts";
import { code } from "./markdown.ts";
import { readScope, type RunScope } from "./scope.ts";
import type { RunbookTerms } from "./terms.ts";

/** Stands near the beginning of every runbook: by it pggit knows its own. */
export const runbookMark = "<!-- pggit runbook -->";

const sections: readonly (readonly [string, (scope: RunScope) => string])[] = [
  ["What and why", whatAndWhy],
  ["Risks", risks],
  ["Before", before],
  ["Steps", steps],
  ["Validation", validation],
  ["Rollback", rollback],
  ["Success", success],
  ["Timeline", timeline],
  ["Troubleshooting", troubleshooting],
  ["Sign-off", signOff],
];

/**
 * The runbook for the night of the change, as Markdown. What it expects is computed from the plan; what only the database or a rehearsal can tell is called unknown, with
 * the query that tells it. The same plan and terms give the same bytes. Needs `loadParser()` once before.
 */
export function renderRunbook(plan: Plan, terms: RunbookTerms): string {
  const scope = readScope(plan, terms);
  const open = plan.edgeCases.filter(({ decision }) => decision === null).length;
  const head = [
    runbookMark,
    `# Runbook: ${plan.source.tool} history to version ${plan.summary.version}`,
    `Plan ${code(terms.planName)}, content ${code(plan.contentId.slice(0, 16))}, decisions ${code(plan.decisionsId.slice(0, 16))}, proven on ${plan.engine.postgres}${plan.engine.embedded ? " (embedded)" : ""}. Made by \`pggit export runbook\`; a changed plan needs a new one.`,
    ...(open === 0
      ? []
      : [
          `**${open} ${open === 1 ? "question is" : "questions are"} open: \`pggit apply\` runs nothing that they concern (exit code 3).**`,
        ]),
    sections.map(([title], index) => `${index + 1}. [${title}](#${index + 1}-${title.toLowerCase().replaceAll(" ", "-")})`).join("\n"),
  ];
  const body = sections.map(([title, render], index) => `## ${index + 1}. ${title}\n\n${render(scope)}`);
  return `${[...head, ...body].join("\n\n")}\n`;
}
