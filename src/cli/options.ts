import { InvalidArgumentError } from "commander";

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Collects a repeatable `NAME=VALUE`; the value may be empty and may hold `=`. */
export function collectPair(value: string, previous: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It takes NAME=VALUE.");
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) };
}

/** A whole number from 0. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(value);
}

/** A whole number from 1. */
export function fromOne(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) === 0) throw new InvalidArgumentError("It takes a number from 1 on.");
  return Number(value);
}
