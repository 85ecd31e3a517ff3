// What lies under everything: where people live and work, names, trips without a match, and all matched cars.
const cars = picture.cars.map((car, index) => {
  const points = car.stops.map((stop) => ground(stop.at));
  return { ...car, index, points, direct: [points[0], points.at(-1)], box: boxOf(points) };
});
const fullestLast = [...cars].sort((a, b) => a.riders.length - b.riders.length);
const unmatched = picture.unmatched.map((ends) => ends.map(ground));
const towns = picture.towns.map(([name, ...place]) => ({ name, at: ground(place) }));
const waters = picture.waters.map(([name, lat, lon]) => ({ name, at: ground([lat, lon]) }));
const URBAN_ALPHAS = [0.06, 0.11, 0.17, 0.25, 0.34];
// Discs in metres, gathered by how densely people live and work there: five fills draw thousands of zones.
const urban = URBAN_ALPHAS.map(() => new Path2D());
for (const [lat, lon, radius, density] of picture.zones) {
  const [x, y] = ground([lat, lon]);
  urban[density].moveTo(x + radius, y);
  urban[density].arc(x, y, radius, 0, 2 * Math.PI);
}
function outlines(rings) {
  const path = new Path2D();
  for (const ring of rings) {
    ring.forEach((place, n) => (n ? path.lineTo(...ground(place)) : path.moveTo(...ground(place))));
    path.closePath();
  }
  return path;
}
const area = outlines(picture.area), shores = outlines(picture.waters.map((water) => water[3]));

const base = $("base").getContext("2d");
const held = document.createElement("canvas").getContext("2d");
let colours = {}, shown = { direct: false, unmatched: false }, heldView = null, drawMs = 0, redrawSoon = 0;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  colours = { land: named("land"), area: named("area"), sea: named("sea"), card: named("card"), ink: named("ink"), muted: named("muted"), urban: named("urban"), water: named("water"), faint: named("faint"),
    car: ["", "car-1", "car-2", "car-3", "car-4"].map((name) => name && named(name)) };
}
const hueOf = (car) => colours.car[Math.min(4, car.riders.length)];

function onGround(context) {
  const scale = view.k * view.dpr;
  context.setTransform(scale, 0, 0, scale, (view.width / 2 - view.x * view.k) * view.dpr, (view.height / 2 - view.y * view.k) * view.dpr);
}
const onScreen = (context) => context.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);

function inView([left, top, right, bottom]) {
  const [x0, y0] = toGround(0, 0), [x1, y1] = toGround(view.width, view.height);
  return right >= x0 && left <= x1 && bottom >= y0 && top <= y1;
}

function trace(context, points) {
  context.beginPath();
  points.forEach(([x, y], n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
}

function drawBase(context) {
  onScreen(context);
  context.globalAlpha = 1;
  context.fillStyle = colours.land;
  context.fillRect(0, 0, view.width, view.height);
  onGround(context);
  context.fillStyle = colours.sea;
  context.fill(shores);
  context.fillStyle = colours.area;
  context.fill(area, "evenodd");
  // The nearer the view, the fainter the zones, whose discs then grow large.
  const strength = Math.min(1, Math.max(0.3, 0.016 / view.k));
  urban.forEach((path, n) => { context.fillStyle = `rgba(${colours.urban}, ${URBAN_ALPHAS[n] * strength})`; context.fill(path); });
  context.lineJoin = context.lineCap = "round";
  if (shown.unmatched) drawLines(context, unmatched, colours.faint, 0.9, 0.26);
  if (shown.direct) drawLines(context, cars.map((car) => car.direct), colours.ink, 0.8, 0.5);
  // Far out, thin and faint lines add up to corridors; near, each car stands for itself.
  context.lineWidth = Math.min(4, Math.max(1.2, 1.7 + Math.log2(view.k / 0.008) * 0.55)) / view.k;
  context.globalAlpha = Math.min(0.9, 0.5 + 100 / (cars.length + 200));
  for (const car of fullestLast) if (inView(car.box)) drawFading(context, car);
  context.globalAlpha = 1;
  onScreen(context);
  drawNames(context);
}

// A car's line grows from faint, where its driver leaves, to full, where everybody arrives: the direction is seen.
function drawFading(context, car) {
  const [start, end] = car.direct, hue = hueOf(car);
  const fade = context.createLinearGradient(start[0], start[1], end[0], end[1]);
  fade.addColorStop(0, `color-mix(in srgb, ${hue} 22%, transparent)`);
  fade.addColorStop(1, hue);
  context.strokeStyle = fade;
  trace(context, car.points);
  context.stroke();
}

function drawLines(context, lines, colour, width, alpha) {
  context.strokeStyle = colour;
  context.lineWidth = width / view.k;
  context.globalAlpha = alpha;
  context.beginPath();
  for (const [start, end] of lines) { context.moveTo(...start); context.lineTo(...end); }
  context.stroke();
}

// Names in order of importance; one that would lie on another waits for a nearer view.
function drawNames(context) {
  const taken = [];
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const [places, font, colour] of [[towns, "500 12px system-ui, sans-serif", colours.ink], [waters, "italic 14px Georgia, serif", colours.water]]) {
    context.font = font;
    for (const { name, at } of places) {
      const [x, y] = toScreen(at), half = context.measureText(name).width / 2;
      const box = [x - half - 12, y - 18, x + half + 12, y + 18];
      if (x < half || y < 9 || x > view.width - half || y > view.height - 9) continue;
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      context.strokeStyle = colours.land;
      context.lineWidth = 3.5;
      context.globalAlpha = 0.8;
      context.strokeText(name, x, y);
      context.globalAlpha = 1;
      context.fillStyle = colour;
      context.fillText(name, x, y);
    }
  }
}

// A full drawing when it is quick enough; else the last one, moved and scaled, and a full one once the hand rests.
function drawMap(moving) {
  clearTimeout(redrawSoon);
  if (moving && heldView && drawMs > 14) {
    const scale = view.k / heldView.k, x = (heldView.x - view.x) * view.k, y = (heldView.y - view.y) * view.k;
    onScreen(base);
    base.fillStyle = colours.land;
    base.fillRect(0, 0, view.width, view.height);
    base.drawImage(held.canvas, view.width / 2 + x - (heldView.width / 2) * scale, view.height / 2 + y - (heldView.height / 2) * scale, heldView.width * scale, heldView.height * scale);
    redrawSoon = setTimeout(() => drawMap(false), 90);
    return;
  }
  const start = performance.now();
  drawBase(base);
  drawMs = performance.now() - start;
  heldView = { ...view };
  held.setTransform(1, 0, 0, 1, 0, 0);
  held.drawImage(base.canvas, 0, 0);
}
