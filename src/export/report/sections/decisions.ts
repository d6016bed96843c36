import { mostUrgentFirst, type EdgeCase } from "../../../model/edge-case.ts";
import { formatLocation } from "../../../model/source.ts";
import { counted } from "../../../model/say-number.ts";
import { html, type Markup } from "../markup.ts";
import { sqlBlock } from "../migration-details.ts";
import { linkMigration, linkMigrations, type PlanIndex } from "../plan-index.ts";
import { anchor } from "../report-data.ts";

/** The edge cases: open ones first, the most urgent of them at the top. */
export function decisionsSection(index: PlanIndex): Markup {
  const sorted = mostUrgentFirst(index.plan.edgeCases);
  const open = sorted.filter(({ decision }) => decision === null);
  const decided = sorted.filter(({ decision }) => decision !== null);
  return html`<section id="decisions" aria-labelledby="decisions-title">
    <h2 id="decisions-title">Edge cases</h2>
    <p>
      ${sorted.length === 0 ? "There is no question for a person." : `${counted(open.length, "question")} open, ${decided.length} decided.`}
    </p>
    ${[...open, ...decided].map((edge) => question(edge, index))}
  </section>`;
}

function question(edge: EdgeCase, index: PlanIndex): Markup {
  const { id, migration, kind, title, risk, confidence, source, suggestion, evidence, choices, decision } = edge;
  return html`<article class="question" id="${anchor("decision", id)}">
    <h3>${title}</h3>
    <p>
      <span class="badge risk-${risk.toLowerCase()}">${risk} risk</span>
      <span class="badge">${kind}</span>
      ${migration === null ? null : linkMigration(migration, index)} · confidence ${confidence.toFixed(2)} · <code>${id}</code>
    </p>
    <p>${edge.question}</p>
    ${
      source === null
        ? null
        : html`<p class="label"><code>${formatLocation(source.location)}</code></p>
            ${source.text.trim() === "" ? null : sqlBlock(source.text)}`
    }
    ${
      suggestion === null
        ? null
        : html`<p class="label">Suggestion (${suggestion.origin}, ${suggestion.proven ? "executed, and it held" : "not executed"})</p>
            <p>${suggestion.text}</p>
            ${suggestion.sql === null ? null : sqlBlock(suggestion.sql)}`
    }
    ${
      evidence.length === 0
        ? null
        : html`<p class="label">Evidence</p>
            <ul>
              ${evidence.map(({ statement }) => html`<li>${statement}</li>`)}
            </ul>`
    }
    ${
      decision === null
        ? html`<p>
            <b>To do:</b> ${edge.action} Choices: ${choices.map((choice, at) => html`${at === 0 ? "" : ", "}<code>${choice}</code>`)}.
            <code>pggit decide PLAN ${id} CHOICE</code>
          </p>`
        : html`<p>
              <b>Decided:</b>
              <code>${decision.choice}</code
              >${decision.by === null ? null : ` by ${decision.by}`}${decision.at === null ? null : `, ${decision.at}`}${decision.reason === null ? null : `: ${decision.reason}`}${decision.with === undefined ? null : html`; with ${linkMigrations(decision.with, index)}`}
            </p>
            ${decision.sql === null ? null : sqlBlock(decision.sql)}`
    }
  </article>`;
}
