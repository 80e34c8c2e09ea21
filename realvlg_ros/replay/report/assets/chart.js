// A line chart against time: own SVG, a legend that tells the values at the shared time.

class LineChart {
  // spec: {title, hint, unit, t, lines: [{name, values}], log, reference: {value, name}}
  constructor(host, spec) {
    this.spec = spec;
    this.values = spec.lines.map(() => make('b'));
    const keys = spec.lines.map((line, k) =>
      make('li', {}, make('i', { class: `stroke s${k}` }), `${line.name} `, this.values[k]),
    );
    this.plot = make('div', { class: 'plot' });
    this.figure = make(
      'figure',
      { class: 'chart' },
      make('figcaption', {}, make('b', {}, `${spec.title}, ${spec.unit}`), ` ${spec.hint}`),
      make('ul', { class: 'legend' }, ...keys),
      this.plot,
    );
    host.append(this.figure);
    this.onZoom = () => this.paint();
    this.onMove = (t) => this.point(t);
    redrawn(this.plot, this.onZoom);
    shared.zoomed.add(this.onZoom);
    shared.moved.add(this.onMove);
  }

  remove() {
    shared.zoomed.delete(this.onZoom);
    shared.moved.delete(this.onMove);
    this.figure.remove();
  }

  // The least and the largest value that is shown.
  range() {
    const { t, lines, log, reference } = this.spec;
    let low = Infinity;
    let high = -Infinity;
    for (const { values } of lines) {
      for (let k = 0; k < t.length; k++) {
        const seen = t[k] !== null && t[k] >= shared.from && t[k] <= shared.to;
        if (!seen || values[k] === null || (log && values[k] <= 0)) continue;
        low = Math.min(low, values[k]);
        high = Math.max(high, values[k]);
      }
    }
    if (low > high) return null;
    if (reference) high = Math.max(high, reference.value);
    if (log) {
      return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high) + 1e-9)];
    }
    if (low >= 0) low = 0;
    const room = 0.06 * (high - low) || 0.5 * Math.abs(high) || 0.5;
    return [low === 0 ? 0 : low - room, high + room];
  }

  paint() {
    const width = Math.max(this.plot.clientWidth, 200);
    const height = 170;
    const [top, bottom] = [8, height - 22];
    const { spec } = this;
    const found = this.range();
    const [low, high] = found || [0, 1];
    const scale = (value) => (spec.log ? Math.log10(value) : value);
    const row = (value) =>
      bottom - ((scale(value) - scale(low)) / (scale(high) - scale(low))) * (bottom - top);
    const words = found
      ? `from ${inWords(low)} to ${inWords(high)} ${spec.unit}`
      : 'nothing is known';
    const svg = draw('svg', {
      width, height, viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': `${spec.title} against time, ${words}`,
    });
    svg.append(axisOfTime(width, top, bottom));
    const levels = spec.log ? decades(low, high) : ticks(low, high, 4);
    const axis = draw('g', { class: 'axis' });
    for (const level of found ? levels : []) {
      const y = row(level);
      axis.append(draw('line', { x1: margin.left, x2: width - margin.right, y1: y, y2: y }));
      const label = String(level).replace('-', '−');
      axis.append(draw('text', { x: margin.left - 6, y: y + 4, 'text-anchor': 'end' }, label));
    }
    svg.append(axis);
    if (spec.reference && found) svg.append(this.reference(row, width));
    spec.lines.forEach((line, k) => {
      svg.append(draw('path', { class: `line s${k}`, d: this.path(line.values, row, width) }));
      for (const [x, y] of this.alone(line.values, row, width)) {
        svg.append(draw('circle', { class: `alone s${k}`, cx: x, cy: y, r: 3 }));
      }
    });
    if (!found) {
      const at = { x: width / 2, y: height / 2, 'text-anchor': 'middle', class: 'empty' };
      svg.append(draw('text', at, 'nothing is known here'));
    }
    this.cursor = draw('line', { class: 'cursor', y1: top, y2: bottom });
    svg.append(this.cursor);
    followPointer(svg);
    this.plot.replaceChildren(svg);
    this.width = width;
    this.point(shared.t);
  }

  // Whether the line has a point there that is shown.
  drawn(values, k) {
    const { t, log } = this.spec;
    if (t[k] === null || t[k] === undefined || values[k] === null) return false;
    return t[k] >= shared.from && t[k] <= shared.to && !(log && values[k] <= 0);
  }

  path(values, row, width) {
    let d = '';
    let pen = false;
    values.forEach((value, k) => {
      const drawn = this.drawn(values, k);
      if (drawn) {
        const at = `${columnOf(this.spec.t[k], width).toFixed(1)} ${row(value).toFixed(1)}`;
        d += (pen ? 'L' : 'M') + at;
      }
      pen = drawn;
    });
    return d;
  }

  // Points without a neighbour, of which no line can be drawn.
  alone(values, row, width) {
    const found = [];
    values.forEach((value, k) => {
      const joined = this.drawn(values, k - 1) || this.drawn(values, k + 1);
      if (this.drawn(values, k) && !joined) found.push([columnOf(this.spec.t[k], width), row(value)]);
    });
    return found;
  }

  reference(row, width) {
    const { value, name } = this.spec.reference;
    const y = row(value);
    return draw(
      'g',
      { class: 'reference' },
      draw('line', { x1: margin.left, x2: width - margin.right, y1: y, y2: y }),
      draw('text', { x: width - margin.right - 4, y: y - 4, 'text-anchor': 'end' }, name),
    );
  }

  point(t) {
    const x = columnOf(t, this.width);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    const k = nearest(this.spec.t, t);
    const near = k >= 0 && Math.abs(this.spec.t[k] - t) <= Math.max(4 * data.period, 0.05);
    this.spec.lines.forEach((line, index) => {
      this.values[index].textContent = near ? inWords(line.values[k]) : '–';
    });
  }
}

function decades(low, high) {
  const found = [];
  for (let k = Math.round(Math.log10(low)); k <= Math.round(Math.log10(high)); k++) {
    found.push(Number((10 ** k).toPrecision(3)));
  }
  return found;
}

// Charts of one of several items, each with a name and a time; the longest is shown first.
function chartsByChoice(host, chooser, items, specsOf) {
  let charts = [];
  const show = () => {
    for (const chart of charts) chart.remove();
    charts = specsOf(items[chooser.value]).map((spec) => new LineChart(host, spec));
  };
  items.forEach((item, k) => chooser.append(make('option', { value: k }, item.name)));
  chooser.closest('p').hidden = items.length < 2;
  chooser.value = items.reduce(
    (best, item, k) => (item.t.length > items[best].t.length ? k : best), 0,
  );
  chooser.addEventListener('change', show);
  show();
}
