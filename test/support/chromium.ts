import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where Debian, Ubuntu and Chrome's own packages put it; `PGGIT_CHROMIUM` names another. */
const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A Chromium on this machine; `null` where there is none, and then the tests that need it say that they are skipped. */
export const chromiumPath = process.env["PGGIT_CHROMIUM"] ?? places.find((path) => existsSync(path)) ?? null;

/** Starts it without a window, and without anything that it would do by itself on a network. */
export function startChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error("there is no Chromium on this machine");
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
