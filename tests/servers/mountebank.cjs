// Stands before another server and spoils what it answers (npm mountebank): mountebank.cjs PORT. Its own interface takes the orders.
"use strict";
const path = require("node:path");

const [port] = process.argv.slice(2);
process.chdir(process.env.HOME);
require("mountebank").create({
  port: Number(port), host: "127.0.0.1", localOnly: true, ipWhitelist: ["127.0.0.1"], allowInjection: true, debug: false, mock: false,
  origin: false, apikey: "", rcfile: "", datadir: "", impostersRepository: "", protofile: "protocols.json",
  log: { level: "warn", transports: { file: { path: path.join(process.env.HOME, "mountebank.log"), format: "json" } } },
});
