import { isDeepStrictEqual } from "node:util";
import type { Inspector, Migration, Step } from "../model/history.ts";

/** A question that a migration asked the shadow, and what it was told. */
interface Answer {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What a migration was told when its steps were last produced, in the order of its questions. */
export type Answers = Readonly<Record<Producer, readonly Answer[]>>;

type Producer = "up" | "down" | "verify";
export const PRODUCERS: readonly Producer[] = ["up", "down", "verify"];

/** All steps of a migration. */
export type Steps = Readonly<Record<Producer, readonly Step[]>>;

/** A migration that remembers what it was told: the same in everything else. */
export function noteAnswers(migration: Migration): { readonly migration: Migration; readonly answers: () => Answers } {
  const noted: Record<Producer, Answer[]> = { up: [], down: [], verify: [] };
  const noting = (producer: Producer, at: Inspector): Inspector => {
    const answers: Answer[] = [];
    noted[producer] = answers;
    return {
      async rows(sql, parameters = []) {
        const rows = await at.rows(sql, parameters);
        answers.push({ sql, parameters, rows });
        return rows;
      },
    };
  };
  const down = migration.down?.bind(migration);
  const verify = migration.verify?.bind(migration);
  const wrapped: Migration = {
    ...migration,
    up: (at) => migration.up(noting("up", at)),
    ...(down === undefined ? {} : { down: (at: Inspector) => down(noting("down", at)) }),
    ...(verify === undefined ? {} : { verify: (at: Inspector) => verify(noting("verify", at)) }),
  };
  return { migration: wrapped, answers: () => noted };
}

/** The steps that a migration has when it is told the same again; `null` where it now asks something else. */
export async function stepsOf(migration: Migration, answers: Answers): Promise<Steps | null> {
  const steps: Record<Producer, Step[]> = { up: [], down: [], verify: [] };
  try {
    for (const producer of PRODUCERS) {
      const produced = migration[producer]?.(telling(answers[producer]));
      if (produced !== undefined) for await (const step of produced) steps[producer].push(step);
    }
  } catch (error) {
    if (error instanceof OtherQuestion) return null;
    throw error;
  }
  return steps;
}

class OtherQuestion extends Error {}

function telling(answers: readonly Answer[]): Inspector {
  let next = 0;
  return {
    rows(sql, parameters = []) {
      const answer = answers[next++];
      if (answer === undefined || answer.sql !== sql || !isDeepStrictEqual(answer.parameters, parameters))
        return Promise.reject(new OtherQuestion());
      return Promise.resolve(answer.rows);
    },
  };
}
