import highlighter from "highlight.js/lib/core";
import pgsql from "highlight.js/lib/languages/pgsql";

highlighter.registerLanguage("sql", pgsql);

/** Longer texts are left plain: colouring them would hold up the page. */
const mostCharacters = 20_000;

/** Colours the SQL within an element. */
export function colourSql(within: Element): void {
  for (const code of within.querySelectorAll<HTMLElement>("code.sql:not(.coloured)")) {
    const text = code.textContent;
    if (text.length <= mostCharacters) code.innerHTML = highlighter.highlight(text, { language: "sql" }).value;
    code.classList.add("coloured");
  }
}
