// An S3 server by npm's s3rver: s3.cjs PORT with an empty bucket "documents", on 127.0.0.1. It holds every signature against its key.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const S3rver = require("s3rver");

const directory = path.join(process.env.HOME, "buckets");
fs.mkdirSync(directory, { recursive: true });
new S3rver({
  port: Number(process.argv[2]),
  address: "127.0.0.1",
  silent: true,
  directory,
  allowMismatchedSignatures: false,
  configureBuckets: [{ name: "documents" }],
}).run();
