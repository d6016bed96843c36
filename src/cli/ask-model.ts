import { join } from "node:path";
import { openPurse } from "../assist/budget.ts";
import type { Asking } from "../assist/ask.ts";
import { openModel, type LanguageModel } from "../assist/language-model.ts";
import { openEntries, type Entries } from "../cache/entries.ts";
import { isOnThisMachine, readModelSettings } from "../configuration/model-settings.ts";
import type { MigrateRequest } from "../configuration/resolve-request.ts";
import type { Shadow } from "../database/session.ts";
import { openShadow } from "../database/shadow.ts";
import type { DecisionFile } from "../decisions/decision-file.ts";
import { draftWithModel } from "../drafting/draft.ts";
import type { Literals } from "../drafting/material.ts";
import { tryDrafts } from "../drafting/try-drafts.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import type { convert, Conversion } from "../pipeline.ts";
import { interrupted } from "../prove-history.ts";
import type { ModelSettings } from "../model/model-settings.ts";
import type { Progress } from "../run.ts";

/** Flags about the language model. */
export interface ModelFlags {
  readonly ai?: boolean;
  /** List what would be sent; send nothing. */
  readonly aiPreview?: boolean;
  /** Send literals as they are; secrets never. */
  readonly aiSendLiterals?: boolean;
  readonly config?: string;
  readonly cache?: boolean;
}

interface Surroundings {
  /** Of the project, where its settings file is looked for. */
  readonly project: string;
  readonly flags: ModelFlags;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The configured model, not opened yet; `null` where there is none, which is told. Fails (exit 2) where the configuration is wrong. */
export async function configuredModel({ project, flags, progress }: Omit<Surroundings, "signal">): Promise<Result<ModelSettings | null>> {
  const read = await readModelSettings(project, flags, { cwd: process.cwd(), env: process.env });
  if (read.kind === "failed") return read;
  if (read.value.kind === "model") return ok(read.value.settings);
  progress.warn(`--ai was given, but ${read.value.reason}: rules alone decide.`);
  return ok(null);
}

export function literalsOf({ aiSendLiterals }: ModelFlags): Literals {
  return aiSendLiterals === true ? "sent" : "masked";
}

/** A run that says nothing: what is tried is no news. */
export const silent: Progress = { begin: () => {}, advance: () => {}, warn: () => {} };

interface DraftingMigrate extends Omit<Surroundings, "project"> {
  readonly request: MigrateRequest;
  readonly decisions: DecisionFile;
  /** Makes the conversion with these decisions; it is only tried. */
  readonly convertWith: (file: DecisionFile) => ReturnType<typeof convert>;
}

/** A finished conversion with what the model drafted; as it is where no model is configured. */
export async function draftForMigrate(
  conversion: Conversion,
  settings: ModelSettings | null,
  { request, decisions, convertWith, ...asking }: DraftingMigrate,
): Promise<Result<Conversion>> {
  if (settings === null) return ok(conversion);
  const tryWith = tryDrafts(decisions, async (file) => {
    const converted = await convertWith(file);
    if (converted.kind === "failed") return converted;
    if (converted.value.kind === "stopped") throw new Error("a conversion that is tried does not stop early");
    return ok(converted.value);
  });
  const drafted = await draftWithModel(conversion, {
    asking: await prepareAsking(settings, asking),
    literals: literalsOf(asking.flags),
    only: null,
    progress: asking.progress,
    tryWith,
    openShadow: () => openEmptyShadow(request),
  });
  return asking.signal.aborted ? failed(interrupted(asking.signal)) : ok(drafted);
}

/** A shadow with nothing in it, as the request has its shadows. */
export function openEmptyShadow({ shadow: { url, disposable, statementTimeoutMs } }: MigrateRequest): Promise<Result<Shadow>> {
  const server = url === null ? null : { url, disposable };
  return openShadow({ server, extensions: [], statementTimeoutMs, id: `${process.pid}circle` });
}

/** Everything that asking needs; the provider's library is loaded with the first question that is really sent. */
export async function prepareAsking(settings: ModelSettings, { flags, progress, signal }: Omit<Surroundings, "project">): Promise<Asking> {
  const store =
    flags.cache === false
      ? null
      : openEntries(join(process.cwd(), ".pggit", "model"), {
          damaged: () => progress.warn("A kept reply of the model is damaged and was removed; it is asked for again."),
          unwritable: ({ message }) => progress.warn(`Replies of the model cannot be kept, so the next run asks again: ${message}`),
        });
  await nameHostedEndpoint(settings, { store, flags, progress });
  let opened: Promise<LanguageModel> | null = null;
  return { settings, model: () => (opened ??= openModel(settings)), purse: openPurse(settings), store, signal };
}

/** Says, the first time, where the text of migrations goes. */
async function nameHostedEndpoint(
  { baseUrl, model }: ModelSettings,
  { store, flags, progress }: { readonly store: Entries | null; readonly flags: ModelFlags; readonly progress: Progress },
): Promise<void> {
  if (isOnThisMachine(baseUrl)) return;
  const { host, protocol } = new URL(baseUrl);
  const literals =
    flags.aiSendLiterals === true ? "with their literals (--ai-send-literals), secrets masked" : "with their literals masked";
  const told = `endpoint ${protocol}//${host} ${flags.aiSendLiterals === true ? "sent" : "masked"}`;
  if ((await store?.read(told)) === true) return;
  const open = protocol === "http:" ? " The connection is not encrypted." : "";
  progress.warn(
    `--ai sends the text of migrations that rules leave open, and definitions of what they touch, to ${host} (model ${model}), ${literals}.${open} --ai-preview lists it without sending anything.`,
  );
  await store?.write(told, true);
}
