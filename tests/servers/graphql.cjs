// A department in GraphQL by The Guild's Yoga (npm graphql-yoga): graphql.cjs PORT SECURITY, with SECURITY none or bearer.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const { GraphQLError } = require("graphql");
const { createSchema, createYoga } = require("graphql-yoga");

const [port, security] = process.argv.slice(2);
const SECRET = "s3cret=+/ ü", MOST = 2;
const { people, records } = JSON.parse(fs.readFileSync(process.env.CIVICDESK_SUITE, "utf8"));

const typeDefs = /* GraphQL */ `
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type Address { street: String, number: String, postCode: String, city: String }
  type Person {
    id: ID!, given: String, family: String, born: String, phones: [String!]!, emails: [String!]!, home: Address
    cases(first: Int, after: String): CaseConnection!
    "Fails for one of the suite's people: what a resolver that breaks leaves behind."
    fragile: String
  }
  type Case { number: ID!, subject: String!, owner: Person!, state: State!, opened: String!, due: String, amount: Float }
  enum State { O P L C }
  type PersonEdge { cursor: String!, node: Person! }
  type PersonConnection { edges: [PersonEdge!]!, pageInfo: PageInfo! }
  type CaseEdge { cursor: String!, node: Case! }
  type CaseConnection { edges: [CaseEdge!]!, pageInfo: PageInfo! }
  input PersonFilter { family: String!, born: String }
  type Query {
    people(filter: PersonFilter!, first: Int, after: String): PersonConnection!
    person(id: ID!): Person
    case(number: ID!): Case
    peopleList(family: String!, offset: Int!, limit: Int!): [Person!]!
    casesOf(owner: ID!, offset: Int!, limit: Int!): [Case!]!
    caseOrError(number: ID!): Case
  }
`;
const ids = (row) => row.id;
const connection = (rows, { first, after }) => {
  const start = after ? rows.map(ids).indexOf(after) + 1 : 0, size = Math.min(first ?? MOST, MOST);
  const edges = rows.slice(start, start + size).map((row) => ({ cursor: row.id, node: row }));
  return { edges, pageInfo: { hasNextPage: start + size < rows.length, endCursor: edges.at(-1)?.cursor ?? null } };
};
const named = (family) => people.filter((row) => row.family.toLowerCase().startsWith(family.toLowerCase()));
const owned = (owner) => records.filter((row) => row.person === owner);
const found = (number) => records.find((row) => row.id === number);
const resolvers = {
  Query: {
    people: (_, asked) => connection(named(asked.filter.family), asked),
    person: (_, { id }) => people.find((row) => row.id === id) ?? null,
    case: (_, { number }) => found(number) ?? null,
    peopleList: (_, { family, offset, limit }) => named(family).slice(offset, offset + limit),
    casesOf: (_, { owner, offset, limit }) => owned(owner).slice(offset, offset + limit),
    caseOrError: (_, { number }) => {
      if (!found(number)) throw new GraphQLError("no case has this number", { extensions: { code: "NO_SUCH_CASE" } });
      return found(number);
    },
  },
  Person: {
    born: (row) => row.birth_date, phones: (row) => (row.phone ? [row.phone] : []), emails: (row) => (row.email ? [row.email] : []),
    home: ({ street, number, post_code, city }) => ({ street, number, postCode: post_code, city }),
    cases: (row, asked) => connection(owned(row.id), asked),
    fragile: (row) => { if (row.id === "1005") throw new Error("Ewa's record is broken"); return row.id; },
  },
  Case: {
    number: ids, subject: (row) => row.title, owner: (row) => people.find((each) => each.id === row.person), state: (row) => row.status,
    amount: (row) => (row.amount === null ? null : Number(row.amount)),
  },
};
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), graphqlEndpoint: "/graphql", landingPage: false, logging: false });
http.createServer((request, response) => {
  const shown = Buffer.from(request.headers.authorization ?? "", "latin1").toString("utf8");
  if (security === "bearer" && shown !== `Bearer ${SECRET}`) {
    response.writeHead(401, { "content-type": "application/json" });
    return response.end(JSON.stringify({ errors: [{ message: "who are you?", extensions: { code: "UNAUTHENTICATED" } }] }));
  }
  return yoga(request, response);
}).listen(Number(port), "127.0.0.1");
