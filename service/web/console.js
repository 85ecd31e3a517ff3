"use strict";
// The operator's look at a market's newest batch. The key stays in this page's memory, and is gone with it.
const EVERY_MS = 2000, WIDE = 1000, EDGE = 20, MOST_ASKED = 60;
const $ = (id) => document.getElementById(id);
let key = "", drawn = "", timer = 0;

function element(name, attributes = {}, text = "") {
  const made = name.match(/^(svg|polyline|circle|title)$/)
    ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}

async function ask(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${key}` }, cache: "no-store" });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title}: ${body.detail || ""}`);
  return { status: answer.status, body, retryMs: 1000 * Number(answer.headers.get("Retry-After") || 1) };
}

const number = (value) => value === null ? "none" : value.toLocaleString("en");
const seconds = (from, to) => Math.max(0, (to - new Date(from)) / 1000).toFixed(1);

function show(batch) {
  const over = batch.finished_at ? new Date(batch.finished_at) : new Date();
  const took = batch.started_at ? `, ${seconds(batch.started_at, over)} s` : "";
  $("state").textContent = `${batch.id} is ${batch.status}${took}${batch.detail ? `: ${batch.detail}` : ""}`;
  const figures = {
    Drivers: number(batch.offers), Riders: number(batch.requests), "Cars proposed": number(batch.matches),
    "Riders in them": number(batch.riders), Score: number(batch.score), Bound: number(batch.bound),
    Gap: batch.gap === null ? "none" : `${(100 * batch.gap).toFixed(3)} %`, Withdrawn: number(batch.withdrawn),
    ...Object.fromEntries(Object.entries(batch.timing_s).map(([stage, s]) => [`${stage}, s`, s.toFixed(2)])),
  };
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const box = element("div");
    box.append(element("dt", {}, name), element("dd", {}, value));
    return box;
  }));
}

async function look() {
  clearTimeout(timer);
  try {
    const market = $("market").value;
    const batches = (await ask(`/v1/batches?limit=10&market=${encodeURIComponent(market)}`)).body.items;
    const newest = batches[0];
    $("draw").disabled = !batches.some((batch) => batch.status === "completed" && batch.score !== null);
    $("draw").value = (batches.find((batch) => batch.status === "completed" && batch.score !== null) || {}).id || "";
    if (newest) show(newest); else { $("state").textContent = "No batch has run here yet."; $("figures").replaceChildren(); }
    $("wrong").textContent = "";
  } catch (error) { $("wrong").textContent = error.message; }
  timer = setTimeout(look, EVERY_MS);
}

async function draw() {
  const id = $("draw").value;
  $("draw").disabled = true;
  $("drawn").textContent = "The matcher rounds its places and solves that between two batches …";
  try {
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      const { status, body, retryMs } = await ask(`/v1/batches/${id}/certificate?places=coarse`);
      if (status === 200) { picture(body); drawn = id; $("drawn").textContent = `Drawn: ${id}`; return; }
      await new Promise((wake) => setTimeout(wake, retryMs));
    }
    throw new Error("It is not drawn yet: try again later.");
  } catch (error) { $("wrong").textContent = error.message; $("drawn").textContent = drawn && `Drawn: ${drawn}`; }
}

function picture({ instance, plan }) {
  const trips = [...instance.offers, ...instance.requests];
  const places = trips.flatMap((trip) => [trip.origin, trip.destination]);
  const ease = Math.cos((places[0] ? places[0].lat : 0) * Math.PI / 180);
  const xs = places.map((place) => place.lon * ease), ys = places.map((place) => -place.lat);
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  const scale = (WIDE - 2 * EDGE) / Math.max(most(xs) - least(xs), 1e-3);
  const at = ({ lat, lon }) => [EDGE + (lon * ease - least(xs)) * scale, EDGE + (-lat - least(ys)) * scale];
  const tall = 2 * EDGE + (most(ys) - least(ys)) * scale;
  const taken = new Set(plan.matches.flatMap((match) => [match.offer, ...match.requests]));
  const cars = plan.matches.map((match) => {
    const line = element("polyline", { points: match.stops.map((stop) => at(stop).map(Math.round)).join(" ") });
    line.append(element("title", {}, `${match.requests.length} riders, detour ${match.detour_s} s`));
    return line;
  });
  const dot = (trip, kind) => {
    const [cx, cy] = at(trip.origin).map(Math.round);
    return element("circle", { cx, cy, r: 4, class: taken.has(trip.id) ? kind : "left" });
  };
  $("map").setAttribute("viewBox", `0 0 ${WIDE} ${Math.max(Math.ceil(tall), 60)}`);
  $("map").replaceChildren(
    ...cars, ...instance.offers.map((trip) => dot(trip, "driver")), ...instance.requests.map((trip) => dot(trip, "rider")),
  );
  $("map").toggleAttribute("hidden", false);
  $("legend").hidden = false;
}

$("enter").onsubmit = async (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  try {
    // An operator's key need not read markets: those are offered that have had a batch lately.
    const lately = (await ask("/v1/batches?limit=500")).body.items.map((batch) => batch.market);
    const markets = [...new Set(["main", ...lately])].sort();
    $("market").replaceChildren(...markets.map((name) => element("option", { value: name }, name)));
    $("enter").hidden = true;
    $("looking").hidden = false;
    $("key").value = "";
    await look();
  } catch (error) { $("wrong").textContent = error.message; }
};
$("market").onchange = look;
$("draw").onclick = draw;
