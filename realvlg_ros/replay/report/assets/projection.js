// A camera that turns around a point, and points drawn with it, the nearest in front.

const add = (a, b) => a.map((value, k) => value + b[k]);
const minus = (a, b) => a.map((value, k) => value - b[k]);
const times = (a, factor) => a.map((value) => value * factor);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
];
const unit = (a) => times(a, 1 / (Math.hypot(...a) || 1));

// Part of a vector that is level, or any level vector where nothing is left.
function level(vector, up) {
  for (const tried of [vector, [1, 0, 0], [0, 1, 0]]) {
    const flat = minus(tried, times(up, dot(tried, up)));
    if (Math.hypot(...flat) > 1e-3) return unit(flat);
  }
  return [1, 0, 0];
}

class Orbit {
  // up: unit vector; toward: from the middle to where one looks from at angle 0.
  constructor(up, toward) {
    this.up = up;
    this.ahead = level(toward, up);
    this.beside = cross(up, this.ahead);
    this.start = { angle: 0, rise: clamp(Math.asin(dot(unit(toward), up)), 0.25, 1.2) };
    this.reset();
  }

  reset() {
    this.angle = this.start.angle;
    this.rise = this.start.rise;
    this.distance = 0.65;
  }

  turn(angle, rise) {
    this.angle += angle;
    this.rise = clamp(this.rise + rise, -1.5, 1.5);
  }

  nearer(factor) {
    this.distance = clamp(this.distance / factor, 0.1, 5);
  }

  // Axes of the view: right, down and away; the eye, from the middle.
  axes() {
    const flat = add(
      times(this.ahead, Math.cos(this.angle)), times(this.beside, Math.sin(this.angle)),
    );
    const eye = add(times(flat, Math.cos(this.rise)), times(this.up, Math.sin(this.rise)));
    const away = times(eye, -1);
    const right = unit(cross(away, this.up));
    return { right, down: cross(away, right), away, eye: times(eye, this.distance) };
  }
}

// What is seen of points, drawn into pixels with a depth each.
class Raster {
  constructor(width, height, background) {
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    new Uint32Array(this.image.data.buffer).fill(background);
    this.depth = new Float32Array(width * height).fill(Infinity);
    this.focal = 1.1 * Math.min(width, height * 1.4);
  }

  look(orbit) {
    this.view = orbit.axes();
  }

  // Column, row and depth of a point, from the middle, m.
  project(point) {
    const { right, down, away, eye } = this.view;
    const from = minus(point, eye);
    const z = dot(from, away);
    const scale = this.focal / z;
    return [
      this.width / 2 + dot(from, right) * scale, this.height / 2 + dot(from, down) * scale, z,
    ];
  }

  splat(points, colors, sizeM) {
    const { right, down, away, eye } = this.view;
    const { width, height, depth, focal } = this;
    const pixels = new Uint32Array(this.image.data.buffer);
    for (let k = 0; k < points.length; k += 3) {
      const x = points[k] - eye[0];
      const y = points[k + 1] - eye[1];
      const w = points[k + 2] - eye[2];
      const z = x * away[0] + y * away[1] + w * away[2];
      if (z < 0.02) continue;
      const scale = focal / z;
      const size = clamp(Math.round(sizeM * scale), 1, 24);
      const column = Math.round(
        width / 2 + (x * right[0] + y * right[1] + w * right[2]) * scale - size / 2,
      );
      const row = Math.round(
        height / 2 + (x * down[0] + y * down[1] + w * down[2]) * scale - size / 2,
      );
      const color =
        (255 << 24) | (colors[k + 2] << 16) | (colors[k + 1] << 8) | colors[k];
      for (let v = Math.max(row, 0); v < Math.min(row + size, height); v++) {
        for (let u = Math.max(column, 0); u < Math.min(column + size, width); u++) {
          if (z < depth[v * width + u]) {
            depth[v * width + u] = z;
            pixels[v * width + u] = color >>> 0;
          }
        }
      }
    }
  }

  // Whether something nearer than a projected point is drawn there.
  hidden([column, row, z]) {
    const u = Math.round(column);
    const v = Math.round(row);
    if (u < 0 || v < 0 || u >= this.width || v >= this.height) return false;
    return this.depth[v * this.width + u] < z - 0.006;
  }
}
