import type { SourceLocation } from "../../model/source.ts";
import { keyOf, symbol, text, unknown, type Dictionary, type Value } from "../value.ts";
import { showSimple } from "./show.ts";

const directive = /%(?:%|<(\w+)>|\{(\w+)\}|)([-0+ ]*)(\d+)?(?:\.(\d+))?([sdifxXobp])?/g;

/** `format`: `%s`, `%d`, `%05d`, `%.2f`, `%<name>s`, `%{name}`. */
export function formatText(
  [pattern, ...given]: readonly Value[],
  { keywords, location }: { readonly keywords: Dictionary | null; readonly location: SourceLocation },
): Value {
  if (pattern?.kind !== "text") return unknown("the format is not known", location);
  const named = keywords ?? given.find((value) => value.kind === "map") ?? null;
  let next = 0;
  let problem: Value | null = null;
  const made = pattern.value.replace(
    directive,
    (
      whole,
      angled: string | undefined,
      braced: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string | undefined,
    ) => {
      if (whole.startsWith("%%")) return `%${whole.slice(2)}`;
      const name = angled ?? braced;
      if (name === undefined && type === undefined) return whole;
      const value = name === undefined ? given[next++] : named?.kind === "map" ? named.entries.get(keyOf(symbol(name)))?.value : undefined;
      const shown = value === undefined ? null : showSimple(value);
      if (shown === null) {
        problem ??= unknown("a value of the format is not known", location);
        return "";
      }
      const rest = braced === undefined ? "" : `${flags}${width ?? ""}${type ?? ""}`;
      return braced === undefined ? pad(convert(shown, type ?? "s", precision), flags, Number(width ?? 0)) : `${shown}${rest}`;
    },
  );
  return problem ?? text(made);
}

function convert(shown: string, type: string, precision: string | undefined): string {
  if (type === "f") return Number(shown).toFixed(Number(precision ?? 6));
  if (type === "d" || type === "i") return shown.replace(/\..*$/, "");
  if (type === "x") return BigInt(shown).toString(16);
  if (type === "X") return BigInt(shown).toString(16).toUpperCase();
  if (type === "o") return BigInt(shown).toString(8);
  if (type === "b") return BigInt(shown).toString(2);
  return precision === undefined ? shown : shown.slice(0, Number(precision));
}

function pad(shown: string, flags: string, width: number): string {
  if (flags.includes("-")) return shown.padEnd(width);
  if (!flags.includes("0")) return shown.padStart(width);
  const sign = shown.startsWith("-") ? "-" : "";
  return sign + shown.slice(sign.length).padStart(width - sign.length, "0");
}
