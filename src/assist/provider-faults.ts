import type { ModelSettings } from "../model/model-settings.ts";
import type { Completion } from "./language-model.ts";

type Unreachable = Extract<Completion, { kind: "unreachable" }>;

/** Ends a question that takes too long: from its first try on, with waiting and the body of the reply, which a slow server could send for ever. */
export async function withDeadline(
  { signal, settings }: { readonly signal: AbortSignal; readonly settings: Pick<ModelSettings, "timeoutMs"> },
  work: (deadline: AbortSignal) => Promise<Completion>,
): Promise<Completion> {
  const timeout = AbortSignal.timeout(settings.timeoutMs);
  const completion = await work(AbortSignal.any([signal, timeout]));
  if (completion.kind !== "unreachable") return completion;
  if (signal.aborted) return { kind: "unreachable", reason: "it was stopped" };
  return timeout.aborted ? { kind: "unreachable", reason: `no answer within ${settings.timeoutMs / 1000} s` } : completion;
}

/** Something answers, and it is no model. */
export const noReply: Unreachable = { kind: "unreachable", reason: "what it sends is no reply of a model: is this its base URL?" };

/** The words for a status; what the provider itself says is left out, for it may repeat what was sent. */
const STATUS: Readonly<Record<number, string>> = {
  400: "it does not take the request (400): look at the name of the model and the base URL",
  401: "it does not take the key (401)",
  403: "it does not let this key use the model (403)",
  404: "there is no such model or address (404)",
  408: "it ran out of time (408)",
  413: "the question is too long for it (413)",
  422: "it does not take the request (422): look at the name of the model and the base URL",
  429: "it takes no more requests for now (429), however often it was tried",
  529: "it is overloaded (529), however often it was tried",
};

/** A provider's error in words. Throws on what is none: a bug. */
export function describeFault(
  error: unknown,
  { settings, status }: { readonly settings: Pick<ModelSettings, "timeoutMs">; readonly status: number | undefined },
): Unreachable {
  if (!(error instanceof Error)) throw error;
  if (status !== undefined) {
    const words =
      STATUS[status] ?? (status >= 500 ? `it failed (${status}), however often it was tried` : `it answers with status ${status}`);
    return { kind: "unreachable", reason: words };
  }
  if (/timed? ?out/i.test(error.message) || error.name === "TimeoutError")
    return { kind: "unreachable", reason: `no answer within ${settings.timeoutMs / 1000} s` };
  if (error.name === "APIUserAbortError" || error.name === "AbortError" || /abort/i.test(error.message))
    return { kind: "unreachable", reason: "it was stopped" };
  const code = codeOf(error);
  if (error instanceof SyntaxError) return noReply;
  return { kind: "unreachable", reason: code === null ? "the connection failed" : `the connection failed: ${code}` };
}

/** The code of the innermost cause: `ECONNREFUSED`, `ENOTFOUND`. Nothing else of an error is shown. */
function codeOf(error: Error): string | null {
  const { cause } = error;
  if (cause instanceof Error) return codeOf(cause) ?? null;
  return "code" in error && typeof error.code === "string" && /^[A-Z][A-Z0-9_]*$/.test(error.code) ? error.code : null;
}
