// The list of cars and the page of one car. Text goes in as text, never as markup.
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
const km = (metres) => `${(metres / 1000).toFixed(metres < 9950 ? 1 : 0)} km`;
const minutes = (seconds) => `${Math.round(seconds / 60)} min`;
const people = (count) => `${count} ${count === 1 ? "rider" : "riders"}`;
const named = (car) => `${car.stops[0].label} to ${car.stops.at(-1).label}`;

// A car can take more riders than it has seats, one after the other: what is filled are the seats taken at once.
function seatsTaken(car) {
  let aboard = 0;
  return Math.max(...car.stops.map((stop) => (aboard += stop.kind === "pickup" ? 1 : stop.kind === "dropoff" ? -1 : 0)));
}

function seats(car) {
  const taken = seatsTaken(car);
  const dots = make("span", { className: "seats", role: "img", ariaLabel: `${taken} of ${car.seats} seats taken` });
  for (let n = 0; n < car.seats; n++) dots.append(make("i", { className: n < taken ? "taken" : "" }));
  dots.style.setProperty("--hue", hueOf(car));
  return dots;
}

function row(car) {
  const way = make("span", { className: "way" }, make("b", { textContent: `${car.stops[0].label} → ${car.stops.at(-1).label}` }),
    make("small", { textContent: `${minutes(car.detour_s)} detour · saves ${km(car.saved_m)}` }));
  const load = make("span", { className: "load" }, make("small", { textContent: people(car.riders.length) }), seats(car));
  const button = make("button", { type: "button", onclick: () => openCar(car, true) }, make("time", { textContent: car.stops[0].time }), way, load);
  return make("li", {}, button);
}

const ORDERS = {
  riders: (a, b) => b.riders.length - a.riders.length || b.saved_m - a.saved_m,
  saved: (a, b) => b.saved_m - a.saved_m,
  time: (a, b) => a.stops[0].time.localeCompare(b.stops[0].time),
  detour: (a, b) => b.detour_s - a.detour_s,
};
const ROWS_AT_ONCE = 80;
let ordered = [], listed = 0;

function listCars() {
  ordered = [...cars].sort(ORDERS[$("order").value]);
  listed = 0;
  $("rows").replaceChildren();
  listMore();
}

function listMore() {
  const more = ordered.slice(listed, listed + ROWS_AT_ONCE);
  listed += more.length;
  $("rows").append(...more.map(row));
  if (listed < ordered.length) atEnd.observe($("rows").lastElementChild);
}
const atEnd = new IntersectionObserver((entries) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  atEnd.disconnect();
  listMore();
}, { rootMargin: "600px" });

const SAYS = {
  depart: (car, stop) => ["Driver leaves", stop.label],
  pickup: (car, stop) => [`Rider ${letter(stop.rider)} gets in`, stop.label],
  dropoff: (car, stop) => [`Rider ${letter(stop.rider)} gets out`, stop.label],
  arrive: (car, stop) => ["Driver arrives", stop.label],
};

function stopItem(car, stop) {
  const [what, where] = SAYS[stop.kind](car, stop);
  const mark = make("span", { className: "mark", ariaHidden: "true", textContent: stop.rider === undefined ? "" : letter(stop.rider) });
  return make("li", { className: stop.kind }, make("time", { textContent: stop.time }), mark,
    make("span", {}, make("b", { textContent: what }), " ", make("small", { textContent: where })));
}

function showCar(car) {
  const step = (by, label, text) => make("button", { type: "button", ariaLabel: label, textContent: text, onclick: () => goTo(by) });
  const facts = make("dl", { className: "facts" });
  for (const [name, value] of [["Riders", `${car.riders.length}`], ["Seats", `${seatsTaken(car)} of ${car.seats}`], ["Detour", minutes(car.detour_s)], ["Saves", km(car.saved_m)], ["CO₂ saved", `${(car.co2_saved_g / 1000).toFixed(1)} kg`]])
    facts.append(make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })));
  const stops = make("ol", { className: "stops" }, ...car.stops.map((stop) => stopItem(car, stop)));
  stops.style.setProperty("--hue", hueOf(car));
  $("detail").replaceChildren(
    make("header", {}, make("h2", { textContent: `${car.stops[0].label} → ${car.stops.at(-1).label}` }),
      step(-1, "Previous car", "‹"), step(1, "Next car", "›"),
      make("button", { type: "button", ariaLabel: "Back to all cars", textContent: "✕", onclick: () => closeCar(true) })),
    facts, stops);
  $("detail").hidden = false;
  document.body.classList.add("car-open");
  history.replaceState(null, "", `#${car.id}`);
  $("said").textContent = `${named(car)}, leaves ${car.stops[0].time}, ${people(car.riders.length)}, ${minutes(car.detour_s)} detour`;
}

function hideCar() {
  history.replaceState(null, "", "#");
  $("detail").hidden = true;
  document.body.classList.remove("car-open");
  $("said").textContent = "All cars";
}
