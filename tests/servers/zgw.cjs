// A department with the Dutch Zaken and Catalogi APIs: zgw.cjs PORT [SPECIFICATION]. With VNG's OpenAPI description of the Zaken API, Stoplight's
// Prism (npm @stoplight/prism-cli) stands before it and refuses every question and every answer that is not as the description says.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const [port, specification] = process.argv.slice(2);
const CLIENT = "civicdesk", SECRET = "s3cret=+/ ü", MOST = 2;
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));
const BASE = `http://127.0.0.1:${port}`;
let catalogue = BASE;

const BSN = "99999"; // what makes a number of nine digits of the suite's
const uuid = (kind, at) => `0000000${kind}-0000-4000-8000-${String(at).padStart(12, "0")}`;
const TYPES = { O: "Open", P: "In progress", L: "Overdue", C: "Closed" };
const known = new Map();
const add = (api, name, id, resource) => {
  const url = `${api}/${name}/${id}`;
  known.set(`/${name}/${id}`, { url, uuid: id, ...resource });
  return url;
};
const cases = [];
function build() {
  const caseType = add(`${catalogue}/catalogi/api/v1`, "zaaktypen", uuid(1, 1), { omschrijving: "Melding", catalogus: "" });
  const states = Object.fromEntries(Object.entries(TYPES).map(([code, text], at) =>
    [code, add(`${catalogue}/catalogi/api/v1`, "statustypen", uuid(2, at), { omschrijving: text, volgnummer: at + 1 })]));
  records.forEach((row, at) => {
    const zaak = `${BASE}/zaken/${uuid(3, at)}`, person = people.find((each) => each.id === row.person);
    const status = add(BASE, "statussen", uuid(4, at), {
      zaak, statustype: states[row.status], datumStatusGezet: "2026-11-01T12:00:00Z", indicatieLaatstGezetteStatus: true, zaakinformatieobjecten: [],
    });
    const rol = add(BASE, "rollen", uuid(5, at), {
      zaak, betrokkeneType: "natuurlijk_persoon", roltype: `${catalogue}/catalogi/api/v1/roltypen/${uuid(6, 1)}`, omschrijving: "Initiator",
      omschrijvingGeneriek: "initiator", roltoelichting: "", registratiedatum: "2026-11-01T12:00:00Z", statussen: [],
      betrokkeneIdentificatie: {
        inpBsn: BSN + person.id, geslachtsnaam: person.family, voornamen: person.given, geboortedatum: person.birth_date ?? "",
        verblijfsadres: {
          aoaIdentificatie: "1", wplWoonplaatsNaam: person.city, gorOpenbareRuimteNaam: person.street, aoaPostcode: person.post_code,
          aoaHuisnummer: parseInt(person.number, 10), aoaHuisletter: person.number.replace(/\d/g, ""),
        },
      },
    });
    add(BASE, "zaken", uuid(3, at), {
      identificatie: row.id, bronorganisatie: "517439943", omschrijving: row.title, zaaktype: caseType, registratiedatum: row.opened,
      verantwoordelijkeOrganisatie: "517439943", startdatum: row.opened, einddatum: null, einddatumGepland: row.due, status, rollen: [rol],
      resultaat: null, deelzaken: [], eigenschappen: [], zaakinformatieobjecten: [], zaakobjecten: [], betalingsindicatieWeergave: "",
      laatstGemuteerd: "2026-11-01T12:00:00Z",
    });
    cases.push(`/zaken/${uuid(3, at)}`);
  });
}
const at = (url) => known.get(url.slice(url.lastIndexOf("/", url.lastIndexOf("/") - 1)));
// What a server of version 1.5 does with ?expand=rollen,status.statustype.
function expanded(resource, paths) {
  const found = { ...resource };
  for (const one of paths) {
    const [key, ...more] = one.split("."), value = resource[key];
    if (!value) continue;
    const inner = (url) => expanded(at(url), more.length ? [more.join(".")] : []);
    found._expand = { ...found._expand, [key]: Array.isArray(value) ? value.map(inner) : inner(value) };
  }
  return found;
}
const NATURAL = "etrokkeneIdentificatie__natuurlijkPersoon__inpBsn";
function answered(url) {
  const asked = url.searchParams, where = url.pathname.replace(/^\/(zaken|catalogi)\/api\/v1/, "");
  const paths = (asked.get("expand") ?? "").split(",").filter(Boolean);
  const whose = asked.get(`rol__b${NATURAL}`) ?? asked.get(`b${NATURAL}`);
  const of = (zaak) => at(zaak.rollen[0]).betrokkeneIdentificatie.inpBsn;
  const one = known.get(where);
  if (one) return [200, expanded(one, paths)];
  const all = cases.map((each) => known.get(each));
  let found;
  if (where === "/zaken") found = all.filter((zaak) => (whose === null || of(zaak) === whose) && [null, zaak.identificatie].includes(asked.get("identificatie")));
  else if (where === "/rollen") found = all.filter((zaak) => of(zaak) === whose).map((zaak) => at(zaak.rollen[0]));
  else return [404, { type: "", code: "not_found", title: "Niet gevonden.", status: 404, detail: "", instance: "urn:uuid:1" }];
  const page = Number(asked.get("page") ?? 1), more = new URLSearchParams(asked);
  more.set("page", page + 1);
  return [200, {
    count: found.length, previous: null, next: page * MOST < found.length ? `${BASE}${where}?${more}` : null,
    results: found.slice((page - 1) * MOST, page * MOST).map((each) => expanded(each, paths)),
  }];
}
// The token as VNG's components check it: HS256 by the client's secret, and who asks.
function refusal(request) {
  const [head, claims, signature] = (request.headers.authorization ?? "").replace(/^Bearer /, "").split(".");
  if (!signature) return "not_authenticated";
  const said = JSON.parse(Buffer.from(claims, "base64url"));
  if (said.client_id !== CLIENT || said.iss !== CLIENT) return "invalid-client-identifier";
  if (!said.user_id || !said.user_representation || Math.abs(Date.now() / 1000 - said.iat) > 3600) return "jwt-expired";
  const right = crypto.createHmac("sha256", SECRET).update(`${head}.${claims}`).digest("base64url");
  return JSON.parse(Buffer.from(head, "base64url")).alg === "HS256" && signature === right ? "" : "invalid-jwt-signature";
}
const server = http.createServer((request, response) => {
  const code = refusal(request), types = request.url.includes("/catalogi/");
  const crs = types || request.headers["accept-crs"] === "EPSG:4326";
  const [status, body] = code ? [403, { type: "", code, title: "Geen toegang", status: 403, detail: "", instance: "urn:uuid:1" }]
    : crs ? answered(new URL(request.url, BASE)) : [406, { type: "", code: "not-acceptable", title: "CRS", status: 406, detail: "", instance: "urn:uuid:1" }];
  response.writeHead(status, { "content-type": status === 200 ? "application/json" : "application/problem+json", "content-crs": "EPSG:4326", "api-version": "1.5.1" });
  response.end(JSON.stringify(body));
});

async function prism(upstream) {
  const { createLogger } = require("@stoplight/prism-core");
  const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
  const { createServer } = require("@stoplight/prism-http-server");
  const copy = path.join(process.env.HOME, "zaken.yaml");
  // Which of several a Rol is, its discriminator says, which Prism does not read: to it they are alike.
  fs.writeFileSync(copy, fs.readFileSync(specification, "utf8").replace(/^( +Rol:\n +)oneOf:/m, "$1anyOf:"));
  // The description refers to that of the Catalogi API for one schema.
  fs.writeFileSync(path.join(process.env.HOME, "catalogi-openapi.yaml"),
    'openapi: 3.0.3\ninfo: {title: Catalogi, version: "1"}\npaths: {}\ncomponents: {schemas: {ZaakType: {type: object}}}\n');
  const config = { isProxy: true, upstream: new URL(upstream), validateRequest: true, validateResponse: true, checkSecurity: true, errors: true, mock: {} };
  const components = { logger: createLogger("prism", { level: "error" }) };
  await createServer(await getHttpOperationsFromSpec(copy), { cors: false, config, components }).listen(Number(port), "127.0.0.1");
}
server.listen(specification ? 0 : Number(port), "127.0.0.1", () => {
  if (specification) catalogue = `http://127.0.0.1:${server.address().port}`;
  build();
  fs.writeFileSync(path.join(process.env.HOME, "catalogue"), catalogue);
  if (specification) prism(catalogue);
});
