/** `1,847` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 merge`, `2 merges`, `1,847 operations` */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** `0.4 s`, `2 min 47 s`; `whole` for what is only roughly known. */
export function duration(seconds: number, precision: "tenths" | "whole" = "tenths"): string {
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${precision === "whole" ? rounded : seconds.toFixed(1)} s`;
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** `85 kB`, `1.2 GB`: powers of a thousand, as disks are sold. */
export function sayBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let at = 0;
  for (; value >= 999.5 && at < units.length - 1; at += 1) value /= 1000;
  return `${at === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[at]}`;
}
