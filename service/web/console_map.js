"use strict";
// The picture of a batch's certificate of coarse places: cars' ways, and where people start.
const EDGE = 20, LEAST_WIDE = 300, KM_PER_DEGREE = 111.19;
const SHAPES = /^(svg|polyline|circle|title|line|text)$/;

function element(name, attributes = {}, text = "") {
  const made = SHAPES.test(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}

const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

// Where places come in a picture of a width, and how many of its units a kilometre is.
function projection(places, wide) {
  const ease = Math.cos((places[0] ? places[0].lat : 0) * Math.PI / 180);
  const xs = places.map((place) => place.lon * ease), ys = places.map((place) => -place.lat);
  const west = least(xs), north = least(ys);
  const scale = (wide - 2 * EDGE) / Math.max(most(xs) - west, most(ys) - north, 1e-3);
  const at = ({ lat, lon }) => [EDGE + (lon * ease - west) * scale, EDGE + (-lat - north) * scale].map(Math.round);
  return { at, tall: Math.ceil(2 * EDGE + (most(ys) - north) * scale), perKm: scale / KM_PER_DEGREE };
}

// A bar of about a fifth of the width: 1, 2 or 5 times a power of ten kilometres.
function scaleBar(wide, tall, perKm) {
  const wish = wide / 5 / perKm, ten = 10 ** Math.floor(Math.log10(wish));
  const km = ten * (wish >= 5 * ten ? 5 : wish >= 2 * ten ? 2 : 1), y = tall - 8;
  return [
    element("line", { x1: 8, x2: Math.round(8 + km * perKm), y1: y, y2: y, class: "scale" }),
    element("text", { x: 8, y: y - 6 }, `${km} km`),
  ];
}

// Draw into an svg, and return how many cars, riders in them and people without one there are.
function picture(svg, { instance, plan }) {
  const trips = [...instance.offers, ...instance.requests], wide = Math.max(svg.clientWidth, LEAST_WIDE);
  if (!trips.length) { svg.replaceChildren(); return { cars: 0, riders: 0, left: 0 }; }
  const { at, tall, perKm } = projection(trips.flatMap((trip) => [trip.origin, trip.destination]), wide);
  const taken = new Set(plan.matches.flatMap((match) => [match.offer, ...match.requests]));
  const cars = plan.matches.map((match) => {
    const line = element("polyline", { points: match.stops.map(at).join(" ") });
    line.append(element("title", {}, `${match.requests.length} riders, detour ${match.detour_s} s`));
    return line;
  });
  const dot = (trip, kind) => {
    const [cx, cy] = at(trip.origin);
    return element("circle", { cx, cy, r: 4, class: taken.has(trip.id) ? kind : "left" });
  };
  const isLeft = (trip) => !taken.has(trip.id), isTaken = (trip) => taken.has(trip.id);
  svg.setAttribute("viewBox", `0 0 ${wide} ${tall + 24}`);
  svg.replaceChildren(
    ...trips.filter(isLeft).map((trip) => dot(trip, "left")), ...cars,
    ...instance.offers.filter(isTaken).map((trip) => dot(trip, "driver")),
    ...instance.requests.filter(isTaken).map((trip) => dot(trip, "rider")), ...scaleBar(wide, tall + 24, perKm),
  );
  return {
    cars: plan.matches.length, left: trips.filter(isLeft).length,
    riders: plan.matches.reduce((sum, match) => sum + match.requests.length, 0),
  };
}
