import { parseLines } from "dot-properties";

/** Names and values of a Java properties file, in their order. */
export function readPropertiesText(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of parseLines(text)) if (Array.isArray(line)) values.set(String(line[0]), String(line[1]));
  return values;
}
