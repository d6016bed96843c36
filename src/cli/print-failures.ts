import type { ExitCode, Failure } from "../model/failure.ts";
import { formatLocation } from "../model/source.ts";
import { hang, styleFor, type Style } from "./terminal.ts";

/** Prints failures, as JSON on standard output or for people on standard error, and gives the exit code: that of the first. */
export function printFailures(
  failures: readonly Failure[],
  { json, color }: { readonly json?: boolean; readonly color?: boolean },
): ExitCode {
  if (json === true) process.stdout.write(failuresAsJson(failures));
  else {
    const style = styleFor(process.stderr, color === false ? "never" : "auto");
    process.stderr.write(renderFailures(failures, style, process.stderr.columns));
  }
  return failures[0]?.exitCode ?? 1;
}

/** Failures for people: what, where, what to do next; equal hints are said once, at the end. Wrapped to a terminal, never in files and pipes. */
export function renderFailures(failures: readonly Failure[], style: Style, width = Number.POSITIVE_INFINITY): string {
  const lines = failures.flatMap((failure, index) => {
    const where = locationText(failure);
    const sameHintFollows = failures[index + 1]?.hint === failure.hint;
    return [
      ...hang(`${style.red("error")}  `, sentence(failure.message), width),
      ...(where === null ? [] : [`   at  ${where}`]),
      ...(sameHintFollows ? [] : hang(" next  ", failure.hint, width)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** The `--json` form: the first failure as `error`, and all of them where there is more than one. */
export function failuresAsJson(failures: readonly Failure[]): string {
  const [first] = failures.map(({ code, message, location, hint }) => ({ code, message, location, hint }));
  const all =
    failures.length > 1 ? { errors: failures.map(({ code, message, location, hint }) => ({ code, message, location, hint })) } : {};
  return `${JSON.stringify({ error: first, ...all }, null, 2)}\n`;
}

/** Begins with a capital where it begins with a word, and ends with a full stop where it ends with none. */
function sentence(message: string): string {
  const start = /^[a-z]+ /.test(message) ? message.charAt(0).toUpperCase() : message.charAt(0);
  return `${start}${message.slice(1)}${/[\w"')\]]$/.test(message) ? "." : ""}`;
}

function locationText(failure: Failure): string | null {
  if (failure.location === null) return null;
  return typeof failure.location === "string" ? failure.location : formatLocation(failure.location);
}
