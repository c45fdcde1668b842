// The cards, as an EHR would show them, with their buttons.

import { sendFeedback } from "./ehr.js";
import { call, element, jsonDetails, trouble } from "./page.js";

const URGENCY = ["critical", "warning", "info"];
const LABELS = { info: "Information", warning: "Warning", critical: "Critical" };

export async function showCards(place, exchange) {
  const cards = [...(exchange.answer.body?.cards ?? [])]
    .sort((a, b) => URGENCY.indexOf(a.indicator) - URGENCY.indexOf(b.indicator));
  const details = await rendered(cards.map((card) => card.detail ?? ""));
  place.append(...cards.map((card, i) => showCard(card, details[i], exchange.serviceUrl)));
  return cards.length;
}

async function rendered(texts) {
  const answer = await call("POST", "/try-it/markdown", { json: { texts } });
  return answer.status === 200 ? answer.body.html : texts.map(() => null);
}

function showCard(card, html, serviceUrl) {
  const heading = `card-${crypto.randomUUID()}`;
  const kind = LABELS[card.indicator] ? card.indicator : "info";
  const detail = element("div", { class: "detail" });
  if (html === null) detail.textContent = card.detail ?? "";
  else detail.innerHTML = html; // made by our own renderer, which lets no raw HTML through
  const article = element("article", { class: `card ${kind}`, "aria-labelledby": heading },
    element("p", { class: "indicator" }, LABELS[card.indicator] ?? card.indicator),
    element("h3", { id: heading }, card.summary),
    detail,
    source(card.source));
  const actions = element("div", { class: "actions" }, ...suggestions(card, serviceUrl, article), ...links(card));
  if (actions.childElementCount) article.append(actions);
  if (card.uuid) article.append(dismissal(card, serviceUrl, article));
  return article;
}

function source(from) {
  const label = from?.url ? element("a", { href: safe(from.url), target: "_blank", rel: "noopener noreferrer" }, from.label) : from?.label;
  const topic = from?.topic?.display ? ` · ${from.topic.display}` : "";
  return element("p", { class: "source" }, "Source: ", label ?? "not stated", topic);
}

function safe(url) {
  return /^https?:\/\//i.test(url) ? url : "#";
}

function links(card) {
  return (card.links ?? []).map((link) => link.type === "absolute"
    ? element("a", { class: "button", href: safe(link.url), target: "_blank", rel: "noopener noreferrer" }, link.label)
    : element("button", { type: "button", disabled: true, title: "Opens inside an EHR that can launch SMART apps" }, link.label));
}

function suggestions(card, serviceUrl, article) {
  return (card.suggestions ?? []).map((suggestion) => {
    const button = element("button", { type: "button", class: "strong" }, suggestion.label);
    button.addEventListener("click", async () => {
      button.disabled = true;
      const taken = suggestion.uuid ? { acceptedSuggestions: [{ id: suggestion.uuid }] } : {};
      const sent = await sendFeedback(serviceUrl, { card: card.uuid, outcome: "accepted", ...taken });
      if (sent.answer.status !== 200) button.disabled = false;
      report(article, sent, `Taken: ${suggestion.label}`, false);
    });
    return button;
  });
}

function dismissal(card, serviceUrl, article) {
  const form = element("form", { class: "reasons", hidden: true, id: `reasons-${card.uuid}` });
  const open = element("button", { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": form.id }, "Dismiss");
  const expand = (yes) => {
    form.hidden = !yes;
    open.setAttribute("aria-expanded", String(yes));
    if (yes) form.querySelector("input, button").focus();
    else open.focus();
  };
  open.addEventListener("click", () => expand(form.hidden));
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") expand(false); });
  form.append(...reasonFields(card), element("div", { class: "actions" },
    element("button", { type: "submit", class: "strong" }, "Dismiss this card"),
    element("button", { type: "button", class: "plain", onclick: () => expand(false) }, "Keep it")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dismiss(card, serviceUrl, article, new FormData(form));
  });
  return element("div", { class: "dismissal" }, open, form);
}

function reasonFields(card) {
  const choices = (card.overrideReasons ?? []).map((reason, i) => element("label", { class: "choice" },
    element("input", { type: "radio", name: "reason", value: String(i), required: true }), reason.display));
  const comment = element("label", { class: "comment" }, "Comment (optional, no patient data)",
    element("input", { type: "text", name: "comment", maxLength: 500, autocomplete: "off" }));
  return [choices.length ? element("fieldset", {}, element("legend", {}, "Why is this card not followed?"), ...choices) : null, comment]
    .filter(Boolean);
}

async function dismiss(card, serviceUrl, article, fields) {
  const reason = (card.overrideReasons ?? [])[Number(fields.get("reason") ?? -1)];
  const comment = String(fields.get("comment") ?? "").trim();
  const override = { ...(reason ? { reason } : {}), ...(comment ? { userComment: comment } : {}) };
  const why = Object.keys(override).length ? { overrideReason: override } : {};
  const sent = await sendFeedback(serviceUrl, { card: card.uuid, outcome: "overridden", ...why });
  report(article, sent, `Dismissed${reason ? `: ${reason.display}` : ""}`, true);
}

// Says below the card, or in its place, what became of the feedback.
function report(article, sent, words, replace) {
  const stored = sent.answer.status === 200;
  const said = element("div", { class: stored ? "stored" : "trouble", role: stored ? "status" : "alert", tabIndex: -1 },
    element("p", {}, element("strong", {}, stored ? words : "The feedback was not stored")),
    element("p", {}, stored ? `The service answered ${sent.answer.status}: the feedback is in its journal.` : trouble(sent.answer)),
    jsonDetails("Feedback as it was sent", sent.feedback));
  article.querySelectorAll(":scope > .stored, :scope > .trouble").forEach((old) => old.remove());
  if (stored && replace) {
    article.classList.add("gone");
    article.querySelectorAll(":scope > .detail, :scope > .source, :scope > .actions, :scope > .dismissal, :scope > .indicator")
      .forEach((part) => part.remove());
  }
  article.append(said);
  said.focus();
}
