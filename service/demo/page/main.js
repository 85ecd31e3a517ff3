// Hands on the map: mouse, touch and keyboard; what is open, hovered and shown.
let open = null, hovered = null, queued = false;
const stage = $("stage"), everything = busyBox(cars.flatMap((car) => car.points).concat(cars.length ? [] : towns.map((town) => town.at)));

function draw(moving = true) {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; drawNow(moving); });
}
function drawNow(moving) {
  drawMap(moving);
  drawOver(open, hovered);
  drawScale();
}

function drawScale() {
  // Web Mercator is true to scale in the picture's middle; elsewhere it stretches by the ratio of the cosines.
  const lat = 2 * Math.atan(Math.exp(mercator(middle[0]) - view.y / perRadian)) - Math.PI / 2;
  const perPixel = (1 / view.k) * (Math.cos(lat) / Math.cos(radians(middle[0])));
  const round = 10 ** Math.floor(Math.log10(perPixel * 110)), metres = [5, 2, 1].map((n) => n * round).find((n) => n <= perPixel * 110);
  const [label, bar] = $("scale").children;
  label.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  bar.style.width = `${metres / perPixel}px`;
}

function fitAll(fly = true) {
  const goal = viewOn(everything, Math.min(48, view.width * 0.06, view.height * 0.06));
  if (fly) flyTo(goal, () => drawNow(true)); else Object.assign(view, goal);
}

function openCar(car, focus) {
  open = car;
  hovered = null;
  $("tip").hidden = true;
  showCar(car);
  if (focus) $("detail").focus({ preventScroll: true });
  // The panel changes its height with the car: measure the map first.
  measure();
  flyTo(viewOn(car.box, Math.min(78, view.width * 0.2, view.height * 0.22)), () => drawNow(true));
}

function closeCar(focus) {
  if (!open) return;
  const index = ordered.indexOf(open);
  open = null;
  hideCar();
  measure();
  fitAll();
  if (focus) ($("rows").children[index]?.firstElementChild ?? $("cars")).focus();
}

function goTo(by) {
  const at = ordered.indexOf(open);
  openCar(ordered[at < 0 ? 0 : (at + by + ordered.length) % ordered.length], document.activeElement !== stage);
}

function measure() {
  const box = stage.getBoundingClientRect(), dpr = devicePixelRatio || 1;
  if (box.width === view.width && box.height === view.height && dpr === view.dpr) return false;
  Object.assign(view, { width: box.width, height: box.height, dpr });
  for (const canvas of [base.canvas, over.canvas, held.canvas]) {
    canvas.width = Math.round(box.width * dpr);
    canvas.height = Math.round(box.height * dpr);
  }
  heldView = null;
  return true;
}

const fingers = new Map();
let moved = 0;
const at = (event) => { const box = stage.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
const spread = () => { const [[ax, ay], [bx, by]] = fingers.values(); return [(ax + bx) / 2, (ay + by) / 2, Math.hypot(bx - ax, by - ay)]; };

stage.addEventListener("pointerdown", (event) => {
  cancelAnimationFrame(flight);
  stage.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, at(event));
  if (fingers.size === 1) moved = 0;
});
stage.addEventListener("pointermove", (event) => {
  const [x, y] = at(event);
  if (!fingers.has(event.pointerId)) return hover(event, x, y);
  const before = fingers.get(event.pointerId);
  if (fingers.size === 1) {
    moved += Math.hypot(x - before[0], y - before[1]);
    view.x -= (x - before[0]) / view.k;
    view.y -= (y - before[1]) / view.k;
    fingers.set(event.pointerId, [x, y]);
  } else if (fingers.size === 2) {
    const [ox, oy, apart] = spread();
    fingers.set(event.pointerId, [x, y]);
    const [nx, ny, now] = spread();
    moved += 99;
    view.x -= (nx - ox) / view.k;
    view.y -= (ny - oy) / view.k;
    zoomAt(nx, ny, now / Math.max(1, apart));
  }
  draw();
});
function lift(event) {
  if (!fingers.delete(event.pointerId)) return;
  if (event.type === "pointerup" && !fingers.size && moved < 6) {
    const car = carNear(...at(event), event.pointerType === "mouse" ? 9 : 20);
    if (car) openCar(car, false); else closeCar(false);
  }
}
stage.addEventListener("pointerup", lift);
stage.addEventListener("pointercancel", lift);
stage.addEventListener("pointerleave", () => { if (hovered) { hovered = null; $("tip").hidden = true; drawOver(open, null); } });

function hover(event, x, y) {
  if (event.pointerType === "touch") return;
  const car = carNear(x, y, 9), tip = $("tip");
  stage.style.cursor = car ? "pointer" : "";
  if (car !== hovered) { hovered = car; drawOver(open, hovered); }
  tip.hidden = !car;
  if (!car) return;
  tip.textContent = `${car.stops[0].time} ${car.stops[0].label} → ${car.stops.at(-1).label} · ${people(car.riders.length)}`;
  const left = Math.min(x + 14, view.width - tip.offsetWidth - 8), top = y + 34 < view.height ? y + 14 : y - 40;
  tip.style.transform = `translate(${Math.max(8, left)}px, ${top}px)`;
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  cancelAnimationFrame(flight);
  const unit = event.deltaMode === 1 ? 18 : 1;
  zoomAt(...at(event), Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0018)));
  draw();
}, { passive: false });
stage.addEventListener("dblclick", (event) => { zoomAt(...at(event), 2); draw(); });

const zoomBy = (factor) => flyTo({ x: view.x, y: view.y, k: clampZoom(view.k * factor) }, () => drawNow(true));
const KEYS = {
  ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  "+": () => zoomBy(1.6), "=": () => zoomBy(1.6), "-": () => zoomBy(1 / 1.6), 0: () => fitAll(), n: () => goTo(1), p: () => goTo(-1),
};
function pan(dx, dy) { view.x += (dx * 70) / view.k; view.y += (dy * 70) / view.k; draw(); }
stage.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeCar(document.activeElement !== stage); });

$("zoom-in").onclick = () => zoomBy(1.6);
$("zoom-out").onclick = () => zoomBy(1 / 1.6);
$("fit").onclick = () => fitAll();
$("order").onchange = listCars;
$("grow").onclick = () => {
  const grown = document.body.classList.toggle("grown");
  $("grow").ariaExpanded = String(grown);
  $("grow").textContent = grown ? "Less" : "More";
};
for (const layer of ["direct", "unmatched"]) {
  const box = $(`show-${layer}`);
  box.checked = shown[layer];
  box.onchange = () => { shown[layer] = box.checked; drawNow(false); };
}

function dress() {
  readColours();
  const most = Math.max(1, ...cars.map((car) => Math.min(4, car.riders.length)));
  $("keys").replaceChildren(...Array.from({ length: most }, (_, n) => {
    const line = make("i");
    line.style.background = colours.car[n + 1];
    return make("li", {}, line, n + 1 === 4 ? "4 riders or more" : people(n + 1));
  }));
  listCars();
  if (open) showCar(open);
  drawNow(false);
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
new ResizeObserver(() => { if (measure()) { drawNow(false); } }).observe(stage);

shown.unmatched = $("show-unmatched").checked = picture.unmatched.length > 0;
$("legend").open = innerWidth >= 860;
measure();
fitAll(false);
dress();
const linked = cars.find((car) => `#${car.id}` === location.hash);
if (linked) openCar(linked, false);
