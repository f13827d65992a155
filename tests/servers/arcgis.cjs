// A department's layers as an ArcGIS FeatureServer by Esri's Koop (npm @koopjs/featureserver): arcgis.cjs PORT SECURITY, with SECURITY none or
// token. Layer 0 has people, layer 1 what they own; each page has four features at most, of people two.
"use strict";
process.env.KOOP_LOG_LEVEL = "error";
const fs = require("node:fs");
const express = require("express");
const FeatureServer = require("@koopjs/featureserver");

const [port, security] = process.argv.slice(2);
const SECRET = "s3cret=+/ ü";
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));

const layer = (id, name, maxRecordCount, types, rows) => ({
  type: "FeatureCollection",
  metadata: { id, name, idField: "OBJECTID", maxRecordCount, fields: Object.entries({ OBJECTID: "Integer", ...types }).map(([key, type]) => ({ name: key, type })) },
  features: rows.map((properties, at) => ({ type: "Feature", geometry: null, properties: { OBJECTID: at + 1, ...properties } })),
});
const day = (text) => (text ? `${text}T00:00:00.000Z` : null);
const layers = [
  layer(0, "Owners", 2, {
    OWNER_ID: "String", GIVEN: "String", FAMILY: "String", BORN: "Date", PHONE: "String", EMAIL: "String", STREET: "String", HOUSE: "String", ZIP: "String",
    CITY: "String",
  }, people.map((row) => ({
    OWNER_ID: row.id, GIVEN: row.given, FAMILY: row.family, BORN: day(row.birth_date), PHONE: row.phone, EMAIL: row.email, STREET: row.street,
    HOUSE: row.number, ZIP: row.post_code, CITY: row.city,
  }))),
  layer(1, "Permits", 4, { NUMBER: "String", SUBJECT: "String", OWNER_ID: "String", STATE: "String", OPENED: "Date", DUE: "Date", FEE: "Double" },
    records.map((row) => ({
      NUMBER: row.id, SUBJECT: row.title, OWNER_ID: row.person, STATE: row.status, OPENED: day(row.opened), DUE: day(row.due),
      FEE: row.amount === null ? null : Number(row.amount),
    }))),
];

const app = express();
app.use(express.urlencoded({ extended: false, limit: "1mb" }));
// ArcGIS answers an error with 200, too.
const failed = (response, code, message) => response.json({ error: { code, message, details: [] } });
const served = (work) => (request, response) => {
  if (security === "token" && (request.body?.token ?? request.query.token) !== SECRET) return failed(response, 499, "Token Required");
  const found = request.params.layer === undefined ? layers : layers[request.params.layer];
  if (!found) return failed(response, 404, "no such layer");
  try {
    return work(request, response, structuredClone(found));
  } catch (error) {
    return failed(response, error.code ?? 500, error.message);
  }
};
const ROOT = "/arcgis/rest/services/City/FeatureServer";
app.all(ROOT, served((request, response, all) => FeatureServer.serverInfo(request, response, { layers: all })));
app.all(`${ROOT}/:layer`, served((request, response, one) => FeatureServer.layerInfo(request, response, one)));
app.all(`${ROOT}/:layer/query`, served((request, response, one) => FeatureServer.query(request, response, one)));
app.listen(Number(port), "127.0.0.1");
