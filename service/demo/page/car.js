// One car on top of all others: its way through the stops, its driver's own way, who gets in and out where.
const over = $("over").getContext("2d");
const letter = (rider) => String.fromCharCode(65 + rider);

function drawOver(open, hovered) {
  onScreen(over);
  over.clearRect(0, 0, view.width, view.height);
  if (open) {
    over.globalAlpha = 0.66;
    over.fillStyle = colours.land;
    over.fillRect(0, 0, view.width, view.height);
    over.globalAlpha = 1;
    drawCar(open);
  }
  if (hovered && hovered !== open) strokeWay(hovered, 3.5, hueOf(hovered));
}

function strokeWay(car, width, hue) {
  over.lineJoin = over.lineCap = "round";
  for (const [extra, colour] of [[3, colours.land], [0, hue]]) {
    trace(over, car.points.map(toScreen));
    over.strokeStyle = colour;
    over.lineWidth = width + extra;
    over.stroke();
  }
}

function drawCar(car) {
  const hue = hueOf(car);
  trace(over, car.direct.map(toScreen));
  over.setLineDash([2, 6]);
  over.lineCap = "round";
  over.strokeStyle = colours.ink;
  over.lineWidth = 2;
  over.stroke();
  over.setLineDash([]);
  strokeWay(car, 4, hue);
  drawArrows(car, hue);
  car.stops.forEach((stop, n) => drawStop(stop, toScreen(car.points[n]), hue));
  drawTimes(car);
}

// Half-way between stops that are far enough apart, an arrow shows where the car is heading.
function drawArrows(car, hue) {
  const points = car.points.map(toScreen);
  for (let n = 1; n < points.length; n++) {
    const [ax, ay] = points[n - 1], [bx, by] = points[n];
    if (Math.hypot(bx - ax, by - ay) < 70) continue;
    over.save();
    over.translate((ax + bx) / 2, (ay + by) / 2);
    over.rotate(Math.atan2(by - ay, bx - ax));
    over.beginPath();
    over.moveTo(9, 0); over.lineTo(-6, -7); over.lineTo(-2.5, 0); over.lineTo(-6, 7);
    over.closePath();
    over.fillStyle = hue;
    over.strokeStyle = colours.land;
    over.lineWidth = 2.5;
    over.stroke();
    over.fill();
    over.restore();
  }
}

function drawStop(stop, [x, y], hue) {
  const own = stop.kind === "depart" || stop.kind === "arrive", filled = stop.kind === "pickup" || stop.kind === "arrive";
  const line = own ? colours.ink : hue, r = own ? 7 : 10;
  over.beginPath();
  if (stop.kind === "depart" || stop.kind === "pickup") over.arc(x, y, r, 0, 2 * Math.PI);
  else over.roundRect(x - r, y - r, 2 * r, 2 * r, 4);
  over.fillStyle = filled ? line : colours.card;
  over.fill();
  over.strokeStyle = filled ? colours.card : line;
  over.lineWidth = 2.5;
  over.stroke();
  if (own) return;
  over.font = "700 11.5px system-ui, sans-serif";
  over.textAlign = "center";
  over.textBaseline = "middle";
  over.fillStyle = filled ? colours.card : colours.ink;
  over.fillText(letter(stop.rider), x, y + 0.5);
}

// Times beside the stops, each where there is room for it.
function drawTimes(car) {
  const marks = car.points.map(toScreen).map(([x, y]) => [x - 11, y - 11, x + 11, y + 11]);
  const taken = [...marks];
  over.font = "600 12px system-ui, sans-serif";
  over.textAlign = "left";
  over.textBaseline = "middle";
  car.stops.forEach((stop, n) => {
    const [x, y] = toScreen(car.points[n]), width = over.measureText(stop.time).width;
    for (const [dx, dy] of [[15, 0], [-15 - width, 0], [-width / 2, -21], [-width / 2, 21]]) {
      const box = [x + dx - 2, y + dy - 8, x + dx + width + 2, y + dy + 8];
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      over.strokeStyle = colours.land;
      over.lineWidth = 4;
      over.strokeText(stop.time, x + dx, y + dy);
      over.fillStyle = colours.ink;
      over.fillText(stop.time, x + dx, y + dy);
      return;
    }
  });
}

// The car whose way passes nearest to a place on the screen, within `reach` pixels.
function carNear(sx, sy, reach) {
  const [x, y] = toGround(sx, sy), far = reach / view.k;
  let best = null, nearest = far * far;
  for (const car of cars) {
    const [left, top, right, bottom] = car.box;
    if (x < left - far || x > right + far || y < top - far || y > bottom + far) continue;
    for (let n = 1; n < car.points.length; n++) {
      const apart = squareToSegment(x, y, car.points[n - 1], car.points[n]);
      if (apart < nearest) { nearest = apart; best = car; }
    }
  }
  return best;
}

function squareToSegment(x, y, [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
  const t = length2 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2)) : 0;
  return (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2;
}
