import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import { canonicalJson } from "../../../src/plan/canonical-json.ts";
import { chromiumPath, startChromium } from "../../support/chromium.ts";
import { runProgram } from "../../support/program.ts";
import { samplePlan } from "../sample-plan.ts";

let folder: string;
let small: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pggit-report-"));
  small = await exportReport(samplePlan(), "small.html");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Has the built program make the report of a plan. */
async function exportReport(plan: Plan, name: string): Promise<string> {
  const file = join(folder, name.replace(".html", ".json"));
  writeFileSync(file, canonicalJson(plan));
  const run = await runProgram(["export", "report", file, "--to", join(folder, name), "--json"], { cwd: folder });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(run.stdout)).toMatchObject({ report: join(folder, name) });
  return join(folder, name);
}

describe("the file", () => {
  test("is the same for the same plan, names no other file and allows no network", async () => {
    const text = readFileSync(small, "utf8");
    expect(readFileSync(await exportReport(samplePlan(), "again.html"), "utf8")).toBe(text);
    expect(text).toContain("default-src 'none'");
    const page = text.replaceAll(/<script[\s\S]*?<\/script>/g, "");
    expect(page).not.toMatch(/<(?:link|img|iframe|object)\b|\b(?:src|srcset)="|@import|url\(/);
  });

  test("replaces a report, and no file of somebody else's", async () => {
    const file = join(folder, "notes.html");
    writeFileSync(file, "<h1>My notes</h1>");
    const run = await runProgram(["export", "report", join(folder, "small.json"), "--to", file], { cwd: folder });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("pggit did not write");
    expect(readFileSync(file, "utf8")).toBe("<h1>My notes</h1>");
  });
});

describe.skipIf(chromiumPath === null)("in Chromium (PGGIT_CHROMIUM names one)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  /** Opens the report; whatever the page asks for or complains of fails the test at the end of `work`. */
  async function withPage(
    given: { readonly file: string; readonly width?: number; readonly scheme?: "light" | "dark"; readonly fragment?: string },
    work: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: given.width ?? 1280, height: 800 },
      colorScheme: given.scheme ?? "light",
    });
    const page = await context.newPage();
    const noticed: string[] = [];
    page.on("console", (message) => noticed.push(message.text()));
    page.on("pageerror", (error) => noticed.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) noticed.push(request.url());
    });
    await page.goto(`file://${given.file}${given.fragment ?? ""}`);
    await work(page);
    expect(noticed).toEqual([]);
    await context.close();
  }

  const complaints = async (page: Page): Promise<readonly string[]> => {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
      ).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
    });
  };

  test("shows what users wrote as text, and runs none of it", () =>
    withPage({ file: small, fragment: "#migration-V3" }, async (page) => {
      const entry = page.locator("#migration-V3");
      await expect.poll(() => entry.getAttribute("open")).toBe("");
      expect(await entry.textContent()).toContain(`<img src=x onerror="window.hacked=1"></script>`);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      expect(await page.locator("main img").count()).toBe(0);
    }));

  test.each(["light", "dark"] as const)("has nothing that axe complains of, %s, with entries open and the diagram drawn", (scheme) =>
    withPage({ file: small, scheme, fragment: "#schema" }, async (page) => {
      await page.locator("#diagram g.box").first().waitFor();
      await page.locator("#open-all").click();
      await page.locator("#merges details summary").first().click();
      await page.locator("#diagram g.box").first().focus();
      await page.keyboard.press("Enter");
      await page.locator("#relation table").waitFor();
      expect(await complaints(page)).toEqual([]);
    }),
  );

  test.each([360, 768, 1440])("fits a screen of %d pixels", (width) =>
    withPage({ file: small, width }, async (page) => {
      await page.locator("#open-all").click();
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
    }),
  );

  test("the list is filtered, and links lead to what is hidden", () =>
    withPage({ file: small }, async (page) => {
      const shown = page.locator("#migration-list > details:visible");
      await page.locator("#migration-filters input").fill("phone");
      await expect.poll(() => shown.count()).toBe(1);
      expect(await page.locator("#migration-count").textContent()).toBe("1 of 7 migrations");
      await page.locator("#summary a", { hasText: "V6" }).first().click();
      await expect.poll(() => page.locator("#migration-V6 .content").isVisible()).toBe(true);
      expect(await page.locator("#migration-V6").textContent()).toContain("irreversible");
    }));

  test("works by keyboard: a bar of the timeline lists its month, an entry opens, a table is found in the diagram", () =>
    withPage({ file: small }, async (page) => {
      await page.locator("#timeline .bar[tabindex='0']").focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("Enter");
      expect(await page.locator("#migration-count").textContent()).toBe("1 of 7 migrations, of January 2022");
      await page.keyboard.press("Enter");
      await page.locator("#migration-V1 .content").waitFor();
      await page.locator("#diagram-filters input").fill("overdue");
      await expect.poll(() => page.locator("#diagram g.box").count()).toBe(2);
      expect(await page.locator("#diagram g.box.neighbour").getAttribute("aria-label")).toContain("table public.loans");
    }));

  test("prints what is closed as its line and what is open in full, without controls", () =>
    withPage({ file: small }, async (page) => {
      await page.locator("#migration-V4 > summary").click();
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".filters").first().isVisible()).toBe(false);
      expect(await page.locator("#migration-V4 .content").isVisible()).toBe(true);
      expect((await page.pdf()).length).toBeGreaterThan(10_000);
    }));

  test("4,000 migrations: the page holds their lines only, and draws those on the screen", async () => {
    const large = await exportReport(samplePlan(4_000), "large.html");
    await withPage({ file: large }, async (page) => {
      expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(60_000);
      const far = page.locator("#migration-V3900");
      expect(await page.evaluate("getComputedStyle(document.querySelector('#migration-V3900')).contentVisibility")).toBe("auto");
      const isDrawn = (): Promise<unknown> =>
        page.evaluate("document.querySelector('#migration-V3900 summary').checkVisibility({ contentVisibilityAuto: true })");
      const heightOf = (): Promise<unknown> => page.evaluate("document.querySelector('#migration-V3900').getBoundingClientRect().height");
      expect(await isDrawn()).toBe(false);
      // Where an entry was estimated as high as it is, nothing moves while one scrolls.
      const height = await heightOf();
      await far.scrollIntoViewIfNeeded();
      await expect.poll(isDrawn).toBe(true);
      expect(await heightOf()).toBe(height);
    });
  });
});
