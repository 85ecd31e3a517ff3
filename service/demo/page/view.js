// Where things are on the screen: metres around the picture's middle (Web Mercator, true to scale there), and a view on them.
const picture = JSON.parse(document.getElementById("picture").textContent);
const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const EARTH_M = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;
const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + radians(lat) / 2));
const middle = picture.middle;
const perRadian = EARTH_M * Math.cos(radians(middle[0]));
// Places arrive as [latitude, longitude] in 1e-5 degrees.
function ground([lat, lon]) {
  return [perRadian * radians(lon / 1e5 - middle[1]), perRadian * (mercator(middle[0]) - mercator(lat / 1e5))];
}

const view = { x: 0, y: 0, k: 0.01, width: 1, height: 1, dpr: 1 };
const NEAREST = 2, FARTHEST = 5e-4;
const toScreen = ([x, y]) => [(x - view.x) * view.k + view.width / 2, (y - view.y) * view.k + view.height / 2];
const toGround = (sx, sy) => [(sx - view.width / 2) / view.k + view.x, (sy - view.height / 2) / view.k + view.y];
const clampZoom = (k) => Math.min(NEAREST, Math.max(FARTHEST, k));

function zoomAt(sx, sy, factor) {
  const [x, y] = toGround(sx, sy);
  view.k = clampZoom(view.k * factor);
  view.x = x - (sx - view.width / 2) / view.k;
  view.y = y - (sy - view.height / 2) / view.k;
}

function boxOf(points) {
  const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

// The view that shows a box with some room around it.
function viewOn([left, top, right, bottom], margin) {
  const k = Math.min((view.width - 2 * margin) / Math.max(right - left, 400), (view.height - 2 * margin) / Math.max(bottom - top, 400));
  return { x: (left + right) / 2, y: (top + bottom) / 2, k: clampZoom(Math.max(k, 1e-4)) };
}

// All but the few farthest ends, so that one long commute does not make everybody small.
function busyBox(points) {
  const within = (values) => {
    const sorted = values.sort((a, b) => a - b);
    return [sorted[Math.floor(sorted.length * 0.03)], sorted[Math.ceil(sorted.length * 0.97) - 1]];
  };
  const [left, right] = within(points.map((p) => p[0])), [top, bottom] = within(points.map((p) => p[1]));
  return [left, top, right, bottom];
}

let flight = 0;
function flyTo(goal, draw) {
  cancelAnimationFrame(flight);
  if (calm.matches) { Object.assign(view, goal); draw(); return; }
  const from = { x: view.x, y: view.y, k: view.k }, start = performance.now();
  const step = (now) => {
    const t = Math.min(1, (now - start) / 380), ease = 1 - (1 - t) ** 3;
    view.k = from.k * (goal.k / from.k) ** ease;
    // The middle moves with the share of the zoom that is done, so that the way there looks straight.
    const share = Math.abs(goal.k / from.k - 1) < 1e-3 ? ease : (1 / from.k - 1 / view.k) / (1 / from.k - 1 / goal.k);
    view.x = from.x + (goal.x - from.x) * share;
    view.y = from.y + (goal.y - from.y) * share;
    draw();
    if (t < 1) flight = requestAnimationFrame(step);
  };
  flight = requestAnimationFrame(step);
}
