"use strict";
// The operator's look at a market's batches. The key stays in this page's memory, and is gone with it.
const EVERY_MS = 2000, PATIENCE_MS = 10000, MOST_ASKED = 60, SHOWN = 20, NEWEST = "";
const $ = (id) => document.getElementById(id);
let key = "", timer = 0, looks = 0, isDrawing = false, batches = [];

class Refused extends Error {} // the key opens nothing here (any more)

async function ask(path) {
  const headers = { Authorization: `Bearer ${key}` }, signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(path, { headers, signal, cache: "no-store" })
    .catch(() => { throw new Error("The service does not answer."); });
  const body = await answer.json().catch(() => null); // a proxy's own page is none
  if (answer.ok && body) return { status: answer.status, body, retryMs: 1000 * Number(answer.headers.get("Retry-After") || 1) };
  const said = body && body.title ? `${body.title}: ${body.detail || ""}` : `The service answers ${answer.status}.`;
  throw answer.status === 401 || answer.status === 403 ? new Refused(said) : new Error(said);
}

const number = (value) => value === null ? "none" : value.toLocaleString("en");
const many = (count, one, more) => `${number(count)} ${count === 1 ? one : more}`;
const timeOf = (at) => new Date(at).toLocaleTimeString("en-GB");
const say = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; }; // readers hear what changes
const isDrawable = (batch) => batch.status === "completed" && batch.score !== null;
const chosen = () => batches.find((batch) => batch.id === $("batch").value) || batches[0];
const toDraw = () => $("batch").value === NEWEST ? batches.find(isDrawable) : [chosen()].filter(Boolean).find(isDrawable);

function told(batch) {
  if (batch.finished_at === null) return `${timeOf(batch.created_at)}, ${batch.status}`;
  const found = batch.status === "completed" ? `${many(batch.matches, "car", "cars")}, ${many(batch.riders, "rider", "riders")}` : batch.status;
  return `${timeOf(batch.finished_at)}, ${found}`;
}

function showChoice() {
  const options = [[NEWEST, "the newest, as it comes"], ...batches.map((batch) => [batch.id, told(batch)])];
  const was = $("batch").value, isOld = options.map(String).join() !== [...$("batch").options].map((o) => `${o.value},${o.text}`).join();
  if (!isOld || document.activeElement === $("batch")) return; // not under the operator's hand
  $("batch").replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  $("batch").value = options.some(([value]) => value === was) ? was : NEWEST;
}

function show(batch) {
  const over = batch.finished_at ? ` at ${timeOf(batch.finished_at)}` : "";
  say("state", `${batch.id}: ${batch.status}${over}${batch.detail ? `: ${batch.detail}` : ""}`);
  const until = batch.finished_at ? new Date(batch.finished_at) : new Date();
  const took = batch.started_at ? `${(Math.max(0, until - new Date(batch.started_at)) / 1000).toFixed(1)} s` : "none";
  const figures = {
    Drivers: number(batch.offers), Riders: number(batch.requests), "Cars proposed": number(batch.matches),
    "Riders in them": number(batch.riders), Withdrawn: number(batch.withdrawn), Score: number(batch.score),
    Bound: number(batch.bound), Gap: batch.gap === null ? "none" : `${(100 * batch.gap).toFixed(3)} %`, Took: took,
    ...Object.fromEntries(Object.entries(batch.timing_s).map(([stage, s]) => [`Engine, ${stage}`, `${s.toFixed(2)} s`])),
  };
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const box = element("div");
    box.append(element("dt", {}, name), element("dd", {}, value));
    return box;
  }));
}

function render() {
  showChoice();
  if (batches.length) show(chosen()); else { say("state", "No batch has run here yet."); $("figures").replaceChildren(); }
  $("draw").disabled = isDrawing || !toDraw();
  say("draw", $("batch").value === NEWEST ? "Draw the newest completed" : "Draw this one");
  if (!isDrawing && !toDraw() && $("picture").hidden) say("drawn", "There is no completed batch to draw.");
  else if (!isDrawing && $("drawn").textContent.startsWith("There is no")) say("drawn", "");
}

async function look() {
  clearTimeout(timer);
  const mine = ++looks; // of two under way the later one counts
  try {
    const found = (await ask(`/v1/batches?limit=${SHOWN}&market=${encodeURIComponent($("market").value)}`)).body.items;
    if (mine !== looks) return;
    batches = found;
    render();
    say("wrong", "");
    $("looking").dataset.at = timeOf(new Date());
  } catch (error) {
    if (mine !== looks) return;
    if (error instanceof Refused) return leave(error.message);
    say("wrong", `${error.message} It is asked again; below is what was known at ${$("looking").dataset.at || "no time"}.`);
  }
  timer = setTimeout(look, EVERY_MS);
}

// Back to the key: what it showed is not for whoever comes next.
function leave(why) {
  clearTimeout(timer);
  looks++;
  [key, batches] = ["", []];
  clearPicture();
  $("figures").replaceChildren();
  $("looking").hidden = true;
  $("enter").hidden = false;
  say("wrong", why);
  $("key").focus();
}

function clearPicture() {
  $("picture").hidden = true;
  $("map").replaceChildren();
  say("drawn", "");
}

async function draw() {
  const batch = toDraw(), market = $("market").value;
  const isHere = () => key && market === $("market").value;
  isDrawing = true;
  render();
  say("drawn", "The matcher rounds its places and solves that between two batches …");
  try {
    for (let asked = 0; asked < MOST_ASKED && isHere(); asked++) {
      const { status, body, retryMs } = await ask(`/v1/batches/${batch.id}/certificate?places=coarse`);
      if (!isHere()) break;
      if (status === 200) {
        $("picture").hidden = false;
        const { cars, riders, left } = picture($("map"), body);
        say("drawn", `Drawn: ${batch.id} of ${timeOf(batch.finished_at)}: ${many(cars, "car", "cars")}, `
          + `${many(riders, "rider", "riders")}, ${many(left, "trip", "trips")} without a car.`);
        return;
      }
      await new Promise((wake) => setTimeout(wake, retryMs));
    }
    if (isHere()) throw new Error("It is not made yet: try again later.");
  } catch (error) {
    if (error instanceof Refused) leave(error.message); else say("drawn", `Not drawn. ${error.message}`);
  } finally {
    isDrawing = false;
    if (key) render();
  }
}

$("enter").onsubmit = async (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  try {
    // Sandboxes are not among the markets; those of them that have had a batch lately are offered, too.
    const [live, lately] = await Promise.all([ask("/v1/markets"), ask("/v1/batches?limit=500")]);
    const markets = [...live.body.items.map((market) => market.name), ...lately.body.items.map((batch) => batch.market)];
    $("market").replaceChildren(...[...new Set(markets)].sort().map((name) => element("option", { value: name }, name)));
    if (markets.includes("main")) $("market").value = "main";
    $("batch").replaceChildren();
    $("enter").hidden = true;
    $("looking").hidden = false;
    $("key").value = "";
    $("market").focus();
    await look();
  } catch (error) { say("wrong", error.message); }
};
$("market").onchange = () => { batches = []; $("batch").replaceChildren(); clearPicture(); look(); };
$("batch").onchange = render;
$("draw").onclick = draw;
