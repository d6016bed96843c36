import { camelize, inflections, pluralize, singularize, underscore } from "inflected";

/** ActiveSupport's inflections with those of one project. */
export interface Inflector {
  pluralize(word: string): string;
  singularize(word: string): string;
  underscore(word: string): string;
  camelize(word: string): string;
}

/** `inflect.acronym "URL"` and the like, as an initializer says them. */
export interface InflectionRule {
  readonly rule: "acronym" | "irregular" | "uncountable" | "plural" | "singular";
  readonly words: readonly string[];
}

let created = 0;

/** The rules of Rails and, over them, a project's own. */
export function createInflector(rules: readonly InflectionRule[]): Inflector {
  // The library keeps rules by locale, and gives a new one those of English.
  const locale = rules.length === 0 ? "en" : `project${++created}`;
  const acronyms = rules.filter(({ rule }) => rule === "acronym").flatMap(({ words }) => words);
  if (rules.length > 0) inflections(locale, (own) => copyEnglish(own as unknown as Rules));
  for (const { rule, words } of rules) {
    const [first = "", second = ""] = words;
    inflections(locale, (own) => {
      if (rule === "irregular") own.irregular(first, second);
      else if (rule === "uncountable") own.uncountable(...words);
      else if (rule === "plural" || rule === "singular") own[rule](new RegExp(first, "i"), second.replaceAll("\\", "$"));
    });
  }
  return {
    pluralize: (word) => pluralize(word, locale),
    singularize: (word) => singularize(word, locale),
    underscore: (word) =>
      underscore(
        acronyms.reduce(
          (text, acronym) => text.replaceAll(acronym, acronym.slice(0, 1).toUpperCase() + acronym.slice(1).toLowerCase()),
          word,
        ),
      ),
    camelize: (word) =>
      acronyms.reduce(
        (text, acronym) => text.replace(new RegExp(acronym.slice(0, 1).toUpperCase() + acronym.slice(1).toLowerCase(), "g"), acronym),
        camelize(word),
      ),
  };
}

interface Rules {
  plurals: unknown[];
  singulars: unknown[];
  uncountables: unknown[];
}

function copyEnglish(own: Rules): void {
  inflections("en", (english) => {
    const { plurals, singulars, uncountables } = english as unknown as Rules;
    own.plurals = [...plurals];
    own.singulars = [...singulars];
    own.uncountables = [...uncountables];
  });
}
