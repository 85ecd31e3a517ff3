import { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";
export type { components, operations, paths } from "./schema.js";
/** Every schema of the API by name: `Schemas["Offer"]`. */
export type Schemas = components["schemas"];
/** Returns a client of a service by a partner's key; each call answers `{ data, error, response }`. */
export declare function carpool(url: string, key: string, fetch?: typeof globalThis.fetch): Client<paths>;
