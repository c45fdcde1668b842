// What an electronic health record does: fill the prefetch templates from its FHIR server, and call the service.

import { call } from "./page.js";

const USER = "Practitioner/demo-clinician";

export async function askService(service, serviceUrl, fhirUrl, patientId) {
  const context = { userId: USER, patientId };
  const queries = await Promise.all(Object.entries(service.prefetch ?? {})
    .map(([key, template]) => fill(key, template, fhirUrl, context)));
  const request = { hookInstance: crypto.randomUUID(), hook: service.hook, fhirServer: fhirUrl, context };
  const filled = queries.filter((query) => query.status === 200);
  if (filled.length) request.prefetch = Object.fromEntries(filled.map((query) => [query.key, query.body]));
  const answer = await call("POST", serviceUrl, { json: request });
  return { service, serviceUrl, queries, request, answer };
}

// A key that cannot be filled (an unknown token, a failed query) is left out of the request, as the specification asks.
async function fill(key, template, fhirUrl, context) {
  const query = template.replaceAll(/\{\{\s*context\.(\w+)\s*\}\}/g, (token, field) => context[field] ?? token);
  if (query.includes("{{")) return { key, query, method: "", status: 0, ms: 0, body: "a token without a value" };
  return { key, query, ...await ask(query, fhirUrl) };
}

function ask(query, fhirUrl) {
  const accept = "application/fhir+json";
  const [path, parameters] = [query.split("?", 1)[0], query.slice(query.indexOf("?") + 1)];
  if (!query.includes("?")) return call("GET", `${fhirUrl}/${query}`, { accept });
  // by POST, because lists of codes make addresses longer than some servers take
  return call("POST", `${fhirUrl}/${path}/_search`, { accept, form: new URLSearchParams(parameters) });
}

export function sendFeedback(serviceUrl, item) {
  const feedback = { feedback: [{ ...item, outcomeTimestamp: new Date().toISOString() }] };
  return call("POST", `${serviceUrl}/feedback`, { json: feedback }).then((answer) => ({ feedback, answer }));
}
