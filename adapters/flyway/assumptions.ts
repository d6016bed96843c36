import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { LoadedScript, ScriptContext } from "./load-script.ts";

/** Built-in values that differ between runs of Flyway. */
const changing: readonly string[] = ["timestamp", "workingDirectory"];
/** Built-in values that belong to the target database; without settings that name it they are assumed. */
const ofTarget = ["user", "database"] as const;

/** What `flyway:user` and `flyway:database` stand for where no setting says it: the names of every fresh server. */
export const assumedTarget = "postgres";

/**
 * What reading one script had to assume: Flyway's own placeholders whose values no setting gives (`ParsingContext.populate`), and that a program's
 * setting counts. Values that differ between runs are asked about; a value given with `--placeholder` is no assumption.
 */
export function assumptionsOf(
  script: LoadedScript,
  context: ScriptContext,
): { readonly assumptions: readonly string[]; readonly edgeCases: readonly EdgeCaseDraft[] } {
  const { settings } = context;
  const nameOf = (key: string): string => `flyway${settings.placeholderSeparator}${key}`.toLowerCase();
  const open = (key: string): boolean => script.usedPlaceholders.has(nameOf(key)) && !settings.placeholders.has(nameOf(key));
  const assumptions: string[] = [];
  const edgeCases: EdgeCaseDraft[] = [];
  for (const key of ofTarget) {
    if (open(key) && settings[key] === null)
      assumptions.push(`flyway:${key} was taken to be \`${assumedTarget}\`; --placeholder flyway:${key}=NAME says otherwise`);
  }
  if (context.switchedOffBy !== null && script.keptPlaceholders) {
    assumptions.push(
      `text like ${settings.placeholderPrefix}x${settings.placeholderSuffix} was kept: ${context.switchedOffBy} switches placeholders off`,
    );
  }
  for (const key of changing) {
    if (!open(key)) continue;
    const value = context.placeholders.get(nameOf(key)) ?? "";
    assumptions.push(`flyway:${key} was taken to be \`${value}\``);
    const [first] = script.script.steps;
    edgeCases.push({
      kind: "nondeterministic",
      title: `A statement depends on flyway:${key}`,
      question: `Flyway replaces \${flyway:${key}} by a value that differs between runs. Is \`${value}\` right for the converted history?`,
      action: `Keep it, or give the value with --placeholder flyway:${key}=VALUE.`,
      risk: "LOW",
      source: first === undefined ? null : { location: first.location, text: first.kind === "custom-code" ? first.text : first.sql },
      suggestion: null,
      evidence: [],
      choices: ["keep", "edit"],
    });
  }
  return { assumptions, edgeCases };
}
