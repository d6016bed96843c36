import { showSimple } from "../../../src/script/ruby/show.ts";
import { boolean, list, nil, text, type Message, type Value } from "../../../src/script/value.ts";
import type { Inflector } from "../inflector.ts";
import { toJson } from "../values.ts";
import { duration, type Clock } from "./times.ts";

function isBlank(value: Value): boolean {
  switch (value.kind) {
    case "nil":
      return true;
    case "boolean":
      return !value.value;
    case "text":
      return value.value.trim() === "";
    case "symbol":
      return value.value === "";
    case "list":
      return value.items.length === 0;
    case "map":
      return value.entries.size === 0;
    default:
      return false;
  }
}

/** What ActiveSupport adds to Ruby's own values; `null`: nothing of the kind. */
export function activeSupport(
  self: Value,
  message: Message,
  { inflect, clock }: { readonly inflect: Inflector; readonly clock: Clock },
): Value | null {
  const { name, positional } = message;
  const [first = nil] = positional;
  switch (name) {
    case "blank?":
      return boolean(isBlank(self));
    case "present?":
      return boolean(!isBlank(self));
    case "presence":
      return isBlank(self) ? nil : self;
    case "in?":
      return first.kind === "list"
        ? boolean(first.items.some((item) => item.kind === self.kind && showSimple(item) === showSimple(self)))
        : null;
    case "to_json":
      return text(toJson(self));
    default:
  }
  if (self.kind === "integer" || self.kind === "float") return duration(Number(self.value), name, clock);
  if (self.kind === "list" && name === "to_sentence") return text(self.items.map((item) => showSimple(item) ?? "").join(", "));
  if (self.kind === "list" && name === "excluding")
    return list(self.items.filter((item) => !positional.some((other) => showSimple(other) === showSimple(item))));
  return self.kind === "text" || self.kind === "symbol" ? onText(self.value, message, inflect) : null;
}

const ofTexts: Readonly<Record<string, (value: string, inflect: Inflector) => string>> = {
  squish: (value) => value.trim().replace(/\s+/g, " "),
  strip_heredoc: stripHeredoc,
  pluralize: (value, inflect) => inflect.pluralize(value),
  singularize: (value, inflect) => inflect.singularize(value),
  underscore: (value, inflect) => inflect.underscore(value),
  camelize: (value, inflect) => inflect.camelize(value),
  camelcase: (value, inflect) => inflect.camelize(value),
  classify: (value, inflect) => inflect.camelize(inflect.singularize(value)),
  tableize: (value, inflect) => inflect.pluralize(inflect.underscore(value)),
  demodulize: (value) => value.split("::").at(-1) ?? value,
  dasherize: (value) => value.replaceAll("_", "-"),
  humanize: (value) => value.replaceAll("_", " ").replace(/^./, (char) => char.toUpperCase()),
  foreign_key: (value, inflect) => `${inflect.underscore(value.split("::").at(-1) ?? value)}_id`,
  html_safe: (value) => value,
};

function onText(value: string, { name }: Message, inflect: Inflector): Value | null {
  const bare = name.replace(/!$/, "");
  return Object.hasOwn(ofTexts, bare) ? text(ofTexts[bare]?.(value, inflect) ?? value) : null;
}

function stripHeredoc(value: string): string {
  const indents = [...value.matchAll(/^[ \t]*(?=\S)/gm)].map(([indent]) => indent.length);
  return value.replace(new RegExp(`^[ \\t]{${Math.min(...(indents.length === 0 ? [0] : indents))}}`, "gm"), "");
}
