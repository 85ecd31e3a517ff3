// Receive Carpool's webhooks: verify, answer 2xx, de-duplicate, then work. Node 18 or later, nothing to install.
//
// usage: node receiver.mjs whsec_… [PORT]      (Standard Webhooks, https://www.standardwebhooks.com)
// @ts-check

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_S = 300;
const MOST_BYTES = 1 << 20;

/**
 * Return the event, or throw when the signature, its age or the body is not right.
 * @param {string} secret `whsec_…`
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @param {Buffer} body as it came: parsed and written anew it would not fit the signature
 * @returns {{id: string, type: string, timestamp: string, seq: number, data: Record<string, unknown>}}
 */
export function verify(secret, headers, body) {
  const id = String(headers["webhook-id"] ?? "");
  const timestamp = String(headers["webhook-timestamp"] ?? "");
  if (!id || !/^\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) {
    throw new Error("no id, or a timestamp that is too far off");
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  // Several while a secret rotates: one that fits is enough.
  const fits = String(headers["webhook-signature"] ?? "").split(" ").some((part) => {
    const given = part.startsWith("v1,") ? Buffer.from(part.slice(3), "base64") : Buffer.alloc(0);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!fits) throw new Error("no signature of ours");
  return JSON.parse(body.toString("utf8"));
}

/** A retry has the same `webhook-id`: keep the ids you have seen in your database. @type {Set<string>} */
const seen = new Set();

/** @param {ReturnType<typeof verify>} event */
function work(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  console.log(`verified ${event.type} ${event.data.id ?? ""} seq ${event.seq}`);
}

/** @param {string} secret @param {number} port */
function serve(secret, port) {
  const server = createServer(async (request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size > MOST_BYTES) return response.writeHead(413, { connection: "close" }).end();
      chunks.push(chunk);
    }
    try {
      const event = verify(secret, request.headers, Buffer.concat(chunks));
      response.writeHead(204).end(() => work(event)); // answer first, within 15 s
    } catch (error) {
      response.writeHead(400).end(error instanceof Error ? error.message : "");
    }
  });
  server.listen(port, "127.0.0.1", () => {
    const at = /** @type {import("node:net").AddressInfo} */ (server.address());
    console.log(`receiving at http://127.0.0.1:${at.port}/hook`);
  });
}

const [secret, port] = process.argv.slice(2);
if (!secret?.startsWith("whsec_")) {
  console.error("usage: node receiver.mjs whsec_… [PORT]");
  process.exit(1);
}
serve(secret, Number(port ?? 9000));
