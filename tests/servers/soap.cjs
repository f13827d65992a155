// A department in SOAP by the npm package "soap": soap.cjs PORT VERSION SECURITY [CERTIFICATE], with VERSION 1.1 or 1.2 and SECURITY
// none, text, digest or signature (by the key of that certificate). Speaks registry.wsdl.
"use strict";
const { createHash, X509Certificate } = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const soap = require("soap");
const { SignedXml } = require("xml-crypto");

const [port, version, security, certificateFile] = process.argv.slice(2);
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));
const USER = "desk", SECRET = "s3cret=+/ ü";

const person = (row) => ({
  id: row.id,
  name: { given: row.given, family: row.family },
  born: row.birth_date || undefined,
  phone: row.phone ? [row.phone] : [],
  email: row.email ? [row.email] : [],
  address: { street: row.street, number: row.number, postCode: row.post_code, city: row.city },
});
const caseOf = (row) => ({
  attributes: { number: row.id },
  subject: row.title,
  owner: row.person,
  state: row.status,
  opened: row.opened,
  due: row.due || undefined,
  amount: row.amount === null ? undefined : row.amount,
});
const begins = (text, start) => text.toLowerCase().startsWith(start.toLowerCase());
const page = (rows, asked) => {
  const size = Number((asked && asked.size) || 100), first = Number((asked && asked.page) || 0) * size;
  return rows.slice(first, first + size);
};

const port_ = {
  FindPeople: (asked) => ({ person: page(people.filter((row) => begins(row.family, asked.criteria.family)), asked.paging).map(person) }),
  ListCases: (asked) => {
    const found = page(records.filter((row) => row.person === asked.owner), asked.paging);
    return found.length ? { cases: { case: found.map(caseOf) } } : {};
  },
  GetCase: (asked) => {
    const found = records.find((row) => row.id === asked.number);
    if (found) return { case: caseOf(found) };
    throw version === "1.2"
      ? { Fault: { Code: { Value: "soap:Sender", Subcode: { Value: "NoSuchCase" } }, Reason: { Text: "unknown number" }, statusCode: 500 } }
      : { Fault: { faultcode: "soap:Client", faultstring: "unknown number", detail: { NoSuchCase: {} }, statusCode: 500 } };
  },
  Ping: () => ({ version: "7" }),
};

const value = (node) => (node && typeof node === "object" ? node.$value : node);
function signed(xml) {
  const certificate = fs.readFileSync(certificateFile, "utf8");
  const signature = /<(\w+:)?Signature[\s>][\s\S]*?<\/(\w+:)?Signature>/.exec(xml);
  const token = /BinarySecurityToken[^>]*>([^<]+)</.exec(xml);
  if (!signature || !token || !new X509Certificate(certificate).raw.equals(Buffer.from(token[1], "base64"))) return false;
  const check = new SignedXml({ publicCert: certificate, idMode: "wssecurity" });
  check.loadSignature(signature[0]);
  // Throws where the signature does not fit; the body and the time must be under it.
  const whole = check.checkSignature(xml) && check.getSignedReferences().join("");
  return /<[\w-]+:Body\b/.test(whole) && /<[\w-]+:Timestamp\b/.test(whole);
}
const nonces = new Set();
function permitted(shown, raw) {
  if (security === "none") return true;
  if (security === "signature") return signed(raw);
  const token = shown && shown.UsernameToken;
  if (!token || value(token.Username) !== USER) return false;
  const password = value(token.Password);
  if (security === "text") return password === SECRET;
  const nonce = value(token.Nonce), created = value(token.Created);
  const fresh = !nonces.has(nonce) && Math.abs(Date.now() - Date.parse(created)) < 300000;
  nonces.add(nonce);
  const digest = createHash("sha1").update(Buffer.from(nonce, "base64")).update(created).update(SECRET).digest("base64");
  return fresh && password === digest;
}

const file = path.join(__dirname, "registry.wsdl");
const wsdl = fs.readFileSync(file, "utf8");
const server = http.createServer((request, response) => {
  const schema = request.url.endsWith("/registry.xsd");
  response.writeHead(schema ? 200 : 404, { "content-type": schema ? "application/xml" : "text/plain" });
  response.end(schema ? fs.readFileSync(path.join(__dirname, "registry.xsd")) : "no such page");
});
const service = soap.listen(server, {
  path: "/registry",
  services: { Registry: { RegistryPort: port_, RegistryPort12: port_ } },
  xml: wsdl,
  uri: file,
  forceSoap12Headers: version === "1.2",
  callback: () => server.listen(Number(port), "127.0.0.1"),
});
let raw = "";
service.log = (type, data) => { if (type === "received") raw = data; };
service.authenticate = (shown, answer) => {
  try { answer(permitted(shown, raw)); } catch { answer(false); }
};
