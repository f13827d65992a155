// A department in OData V4 by SAP CAP (npm @sap/cds) on SQLite: odata.cjs PORT SECURITY, with SECURITY none or basic.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [port, security] = process.argv.slice(2);
process.chdir(process.env.HOME); // a folder of its own: no settings of anybody's project
const cds = require("@sap/cds");
const express = require("express");
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));
const SECRET = "s3cret=+/ ü";

cds.env.requires.db = { kind: "sqlite", impl: "@cap-js/sqlite", credentials: { url: path.join(process.env.HOME, "city.db") } };
cds.env.requires.auth = security === "basic" ? { kind: "basic", users: { desk: { password: SECRET } } } : { kind: "dummy" };

const person = (row) => ({
  id: row.id, given: row.given, family: row.family, born: row.birth_date, phone: row.phone || null, email: row.email || null,
  home: { street: row.street, number: row.number, postCode: row.post_code, city: row.city },
});
const caseOf = (row) => ({
  number: row.id, subject: row.title, owner_id: row.person, state: row.status, opened: row.opened, due: row.due, amount: row.amount,
  changedAt: "2026-11-01T12:00:00Z",
});
const flat = ({ home, ...row }) => ({ ...row, ...Object.fromEntries(Object.entries(home).map(([name, value]) => [`home_${name}`, value])) });

(async () => {
  const model = cds.minify(cds.compile(fs.readFileSync(path.join(__dirname, "odata.cds"), "utf8")));
  cds.model = cds.compile.for.nodejs(model);
  cds.db = await cds.connect.to("db");
  await cds.deploy(model).to(cds.db);
  await cds.run(INSERT.into("registry.People").entries(people.map(person).map(flat)));
  await cds.run(INSERT.into("registry.Cases").entries(records.map(caseOf)));
  await cds.run(INSERT.into("registry.Permits").entries(records.map(caseOf)));
  await cds.run(INSERT.into("registry.Residents").entries({ id: "1001", changedAt: "2026-11-01T12:00:00Z" }));
  await cds.run(INSERT.into("registry.Counted").entries({ id: 1, changes: 0 }));
  const app = express();
  await cds.serve("all").from(model).in(app);
  const { Residents } = cds.services["registry.Registry"].entities;
  cds.services["registry.Registry"].before("UPDATE", Residents, (asked) => {
    if (asked.data.postCode === "00000") asked.reject(422, "Sorry, no such post code here.");
  });
  cds.services["registry.Registry"].after("UPDATE", Residents, () => cds.run(UPDATE("registry.Counted").set("changes = changes + 1").where({ id: 1 })));
  app.listen(Number(port), "127.0.0.1");
})();
