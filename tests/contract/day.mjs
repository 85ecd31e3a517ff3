// A ride from post to completion by the TypeScript client. Arguments: url, key, hook, offer, request (JSON). The endpoint's
// secret and the match at the end are written to standard output, a line each.
import assert from "node:assert/strict";
import { carpool } from "../../openapi/clients/typescript/lib/index.js";

const [url, key, hook, offer, request] = process.argv.slice(2);
const client = carpool(url, key);

async function data(answer) {
  const { data, error } = await answer;
  assert.equal(error, undefined, JSON.stringify(error));
  return data;
}

async function proposed() {
  for (let look = 0; look < 1500; look++) {
    const { items } = await data(client.GET("/v1/matches"));
    if (items.length > 0) return items[0];
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("no match was proposed");
}

const endpoint = await data(client.POST("/v1/webhook-endpoints", { body: { url: hook } }));
console.log(endpoint.secret);
const once = { params: { header: { "Idempotency-Key": "a" } }, body: JSON.parse(offer) };
const drives = await data(client.POST("/v1/offers", once));
assert.deepEqual(await data(client.POST("/v1/offers", once)), drives);
const rides = await data(client.POST("/v1/requests", { body: JSON.parse(request) }));
const wrong = await client.POST("/v1/requests", { body: { ...JSON.parse(request), seats: 9 } });
assert.equal(wrong.response.status, 422);
assert.equal(wrong.error.errors[0].pointer, "/seats");

let match = await proposed();
assert.equal(match.offer_id, drives.id);
const step = (verb, trip) =>
  data(client.POST(`/v1/matches/{match_id}/${verb}`, {
    params: { path: { match_id: match.id } }, body: { trip_id: trip.id },
  }));
for (const trip of [drives, rides]) match = await step("accept", trip);
assert.equal(match.status, "confirmed");
for (const [verb, trip] of [["start", drives], ["pickup", rides], ["dropoff", rides], ["complete", drives]]) {
  match = await step(verb, trip);
}
const { status } = await data(client.GET("/v1/offers/{trip_id}", { params: { path: { trip_id: drives.id } } }));
assert.equal(status, "completed");
console.log(JSON.stringify(match));
