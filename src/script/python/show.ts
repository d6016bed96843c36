import type { Value } from "../value.ts";

/** `str()` of what is a value in itself; `null` for things, functions and what is not known. */
export function showSimple(value: Value): string | null {
  if (value.kind === "text") return value.value;
  return represent(value);
}

/** `repr()`; `null` where a part has none that is known. */
export function represent(value: Value): string | null {
  switch (value.kind) {
    case "nil":
      return "None";
    case "boolean":
      return value.value ? "True" : "False";
    case "integer":
      return String(value.value);
    case "float":
      return showFloat(value.value);
    case "text":
    case "symbol":
      return quote(value.value);
    case "list":
      return representList(value);
    case "map": {
      const pairs = [...value.entries.values()].map((entry) => [represent(entry.key), represent(entry.value)]);
      return pairs.flat().includes(null) ? null : `{${pairs.map(([key, of]) => `${key}: ${of}`).join(", ")}}`;
    }
    default:
      return null;
  }
}

/** As Python writes it: the shortest that reads back, with an exponent from 1e16 on. */
export function showFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return value.toFixed(1);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function representList(value: Extract<Value, { readonly kind: "list" }>): string | null {
  const items = value.items.map(represent);
  if (items.includes(null)) return null;
  const joined = items.join(", ");
  if (value.form === "tuple") return items.length === 1 ? `(${joined},)` : `(${joined})`;
  if (value.form === "set") return items.length === 0 ? "set()" : `{${joined}}`;
  return `[${joined}]`;
}

function quote(value: string): string {
  const mark = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replaceAll(mark, `\\${mark}`);
  return mark + escaped + mark;
}
