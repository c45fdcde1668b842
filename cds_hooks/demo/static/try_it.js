// The page: a list of patients; opening one makes the real call and shows it.

import { showCards } from "./cards.js";
import { askService } from "./ehr.js";
import { call, copy, element, jsonDetails, trouble } from "./page.js";

const at = (id) => document.getElementById(id);
const fhirUrl = document.body.dataset.fhirUrl;
const discoveryUrl = new URL(document.body.dataset.discoveryUrl, location.href).href;
const stories = [...at("stories").querySelectorAll("a")];
let turn = 0; // a later choice makes the answers to an earlier one void

async function openChart(story) {
  const mine = ++turn;
  for (const link of stories) link.removeAttribute("aria-current");
  story.setAttribute("aria-current", "page");
  document.title = `${story.textContent}: Recurrence CDS`;
  at("welcome").hidden = true;
  at("opened").hidden = false;
  at("patient-name").textContent = story.textContent;
  at("patient-facts").textContent = "";
  at("patient-story").textContent = "";
  at("sandbox").textContent = at("sandbox").href = story.dataset.sandbox;
  at("cards").replaceChildren();
  at("exchange").replaceChildren();
  at("progress").textContent = "The chart is opened; the service is being asked.";
  bringIntoView(at("chart"));
  const [patient, discovery] = await Promise.all([
    call("GET", `${fhirUrl}/Patient/${encodeURIComponent(story.dataset.patient)}`, { accept: "application/fhir+json" }),
    call("GET", discoveryUrl),
  ]);
  if (mine !== turn) return;
  showPatient(patient, story);
  const services = (discovery.body?.services ?? []).filter((service) => service.hook === "patient-view");
  const exchanges = await Promise.all(services.map((service) =>
    askService(service, `${discoveryUrl}/${encodeURIComponent(service.id)}`, fhirUrl, story.dataset.patient)));
  if (mine !== turn) return;
  await showAnswers(discovery, exchanges);
}

function bringIntoView(part) {
  const top = part.getBoundingClientRect().top;
  if (top < 0 || top > window.innerHeight / 2) part.scrollIntoView();
}

function showPatient(answer, story) {
  const patient = answer.body;
  if (answer.status !== 200) {
    at("patient-facts").textContent = `The chart could not be read: ${trouble(answer)}`;
    return;
  }
  const name = patient.name?.[0];
  at("patient-name").textContent = [...(name?.given ?? []), name?.family].filter(Boolean).join(" ") || story.textContent;
  at("patient-story").textContent = story.textContent;
  at("patient-facts").replaceChildren(...[
    ["Sex", patient.gender], ["Born", patient.birthDate], ["Died", patient.deceasedDateTime ?? (patient.deceasedBoolean ? "yes" : null)],
    ["Patient id", patient.id],
  ].filter(([, value]) => value).map(([label, value]) => element("span", {}, element("b", {}, `${label} `), value)));
}

async function showAnswers(discovery, exchanges) {
  const cards = element("div");
  let shown = 0;
  for (const exchange of exchanges) shown += await showCards(cards, exchange);
  const failed = [discovery, ...exchanges.map((exchange) => exchange.answer)].filter((answer) => answer.status !== 200);
  for (const answer of failed) {
    cards.append(element("p", { class: "trouble", role: "alert" }, `The service gave no answer. ${trouble(answer)}`));
  }
  if (!shown && !failed.length) cards.append(element("p", { class: "nothing" }, "No recommendations to display"));
  at("cards").replaceChildren(...cards.childNodes);
  at("progress").textContent = shown === 1 ? "1 card" : shown ? `${shown} cards` : "";
  at("exchange").replaceChildren(step("The service was asked what it needs", discovery),
    ...exchanges.flatMap(({ queries, request, answer }) => [
      prefetchTable(queries),
      step("The service was called", answer),
      jsonDetails("Request as it was sent", request),
      jsonDetails("Response as it came back", answer.body),
    ]));
}

function step(words, answer) {
  return element("p", { class: "step" }, `${words}: `, element("code", {}, `${answer.method} ${answer.url}`),
    ` answered ${answer.status || "nothing"} in ${answer.ms} ms.`);
}

function prefetchTable(queries) {
  const rows = queries.map((query) => element("tr", {},
    element("th", { scope: "row" }, query.key),
    element("td", {}, found(query)),
    element("td", { class: "number" }, `${query.ms} ms`),
    element("td", { class: "query" }, element("code", {}, query.query))));
  const head = ["Key", "Found", "Time", "Query"].map((title) => element("th", { scope: "col" }, title));
  return element("div", { class: "scroll" }, element("table", { class: "prefetch" },
    element("caption", {}, "The data were collected from the chart, each key by its announced query:"),
    element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)));
}

function found(query) {
  if (query.status !== 200) return `left out (${trouble(query)})`;
  return query.body?.resourceType === "Bundle" ? String(query.body.total ?? query.body.entry?.length ?? 0) : "1";
}

function openFromAddress() {
  const wanted = new URLSearchParams(location.search).get("patient");
  const story = stories.find((link) => link.dataset.patient === wanted);
  if (story) openChart(story);
}

at("stories").addEventListener("click", (event) => {
  const story = event.target.closest("a");
  if (!story || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", story.href);
  openChart(story);
});

at("find").addEventListener("input", () => {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of stories) {
    link.parentElement.hidden = !words.every((word) => link.textContent.toLowerCase().includes(word));
  }
  const left = stories.filter((link) => !link.parentElement.hidden).length;
  at("found").textContent = `${left} of ${stories.length} synthetic patients`;
});

at("copy-sandbox").addEventListener("click", (event) => copy(event.target, "Copy the address", at("sandbox").href));
window.addEventListener("popstate", openFromAddress);
openFromAddress();
