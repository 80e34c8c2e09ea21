// What every part of the page uses: the data, elements, and the time that all parts share.

// A part that fails says so in the page.
window.addEventListener('error', (event) => {
  const words = document.createElement('p');
  words.className = 'failure';
  words.setAttribute('role', 'alert');
  words.textContent = `A part of this page failed: ${event.message}`;
  document.body.prepend(words);
});

const data = JSON.parse(document.getElementById('data').textContent);

const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Attributes and children of a new element; a text becomes text, never markup.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const make = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

const draw = (name, attributes = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);

// Numbers in words.
function inWords(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const after = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : digits;
  const words = value.toFixed(after);
  return Number(words) === 0 ? '0' : words.replace('-', '−');
}
const seconds = (t) => `${t.toFixed(2)} s`;

// The time at the pointer, and the span of time that is shown.
const shared = {
  t: data.span[0],
  from: data.span[0],
  to: data.span[1],
  moved: new Set(),
  zoomed: new Set(),
  set(t) {
    this.t = clamp(t, data.span[0], data.span[1]);
    if (this.t < this.from || this.t > this.to) {
      const width = this.to - this.from;
      const from = clamp(this.t - width / 2, data.span[0], data.span[1] - width);
      this.zoom(from, from + width);
    }
    for (const told of this.moved) told(this.t);
  },
  zoom(from, to) {
    this.from = from;
    this.to = to;
    for (const told of this.zoomed) told();
  },
};

// Margins of timeline and charts, px: the same, so that times stand above each other.
const margin = { left: 54, right: 14 };

// From a time to a column of a drawing of some width, and back.
const columnOf = (t, width) =>
  margin.left +
  ((t - shared.from) / (shared.to - shared.from)) * (width - margin.left - margin.right);
const timeOf = (column, width) =>
  shared.from +
  ((column - margin.left) / (width - margin.left - margin.right)) * (shared.to - shared.from);

// Round steps between two numbers: 1, 2 or 5 times a power of ten.
function ticks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    found.push(Number((k * step).toPrecision(12)));
  }
  return found;
}

// The index of the time in a rising list that is nearest; holes (null) are passed over.
function nearest(times, t) {
  let best = -1;
  for (let k = 0; k < times.length; k++) {
    if (times[k] === null) continue;
    if (best < 0 || Math.abs(times[k] - t) < Math.abs(times[best] - t)) best = k;
  }
  return best;
}

// Draw again when the width of an element changes, or the colours.
function redrawn(host, paint) {
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(host.clientWidth - width) > 1) {
      width = host.clientWidth;
      paint();
    }
  }).observe(host);
  paint();
}

// The pointer sets the shared time over a drawing.
function followPointer(drawing) {
  const take = (event) => {
    const box = drawing.getBoundingClientRect();
    shared.set(timeOf(event.clientX - box.left, box.width));
  };
  drawing.addEventListener('pointermove', take);
  drawing.addEventListener('pointerdown', take);
}

function axisOfTime(width, top, bottom) {
  const group = draw('g', { class: 'axis' });
  for (const t of ticks(shared.from, shared.to, Math.max(2, Math.floor(width / 110)))) {
    const x = columnOf(t, width);
    group.append(draw('line', { x1: x, x2: x, y1: top, y2: bottom }));
    group.append(
      draw('text', { x, y: bottom + 14, 'text-anchor': 'middle' }, `${Number(t.toFixed(4))} s`),
    );
  }
  return group;
}

for (const button of all('[data-zoom]')) {
  button.addEventListener('click', () => {
    const [first, last] = data.span;
    const factor = { in: 0.5, out: 2, all: Infinity }[button.dataset.zoom];
    const least = Math.min(last - first, Math.max(4 * data.period, 0.05));
    const width = clamp((shared.to - shared.from) * factor, least, last - first);
    const from = clamp(shared.t - width / 2, first, last - width);
    shared.zoom(from, from + width);
    shared.set(shared.t);
  });
}
