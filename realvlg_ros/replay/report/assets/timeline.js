// The timeline: a lane of marks and one lane for each target, its bars as high as its state is good.

const heightOf = { CONFIRMED: 1, TENTATIVE: 0.75, OCCLUDED: 0.55, NO_GRASP: 0.4, LOST: 0.25 };
const lane = { height: 30, label: 18, marks: 34 };

class Timeline {
  constructor(host) {
    this.host = host;
    this.tip = make('div', { class: 'tip', id: 'tip', role: 'tooltip', hidden: '' });
    this.plot = make('div', { class: 'plot' });
    host.append(this.plot, this.tip);
    redrawn(this.plot, () => this.paint());
    shared.zoomed.add(() => this.paint());
    shared.moved.add((t) => this.point(t));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.tip.hidden = true;
    });
    document.addEventListener('pointerdown', (event) => {
      if (!event.target.closest('.bar, .mark')) this.tip.hidden = true;
    });
  }

  paint() {
    const focused = this.plot.contains(document.activeElement)
      ? document.activeElement.getAttribute('aria-label') : null;
    const width = Math.max(this.plot.clientWidth, 200);
    const bottom = lane.marks + data.lanes.length * (lane.label + lane.height + 8);
    const height = bottom + 22;
    const svg = draw('svg', {
      width, height, viewBox: `0 0 ${width} ${height}`, role: 'group',
      'aria-label': 'Timeline; arrow keys go from bar to bar',
    });
    svg.append(axisOfTime(width, 4, bottom));
    followPointer(svg);
    this.cursor = draw('line', { class: 'cursor', y1: 0, y2: bottom });
    svg.append(this.cursor);
    svg.append(this.reachable(data.marks.map((mark) => this.mark(mark, width)), 'Events'));
    if (data.marks_left_out) {
      const at = { class: 'name', x: width - margin.right, y: 12, 'text-anchor': 'end' };
      svg.append(draw('text', at, `${data.marks_left_out} more events are not drawn`));
    }
    data.lanes.forEach((each, k) => {
      const top = lane.marks + k * (lane.label + lane.height + 8);
      const fits = Math.floor(width / 7.5);
      const name = each.name.length > fits ? `${each.name.slice(0, fits - 1)}…` : each.name;
      svg.append(draw('text', { class: 'name', x: 0, y: top + 13 }, name));
      const bars = each.spans.map((span) => this.bar(each, span, top + lane.label, width));
      svg.append(this.reachable(bars, each.name));
      if (each.left_out) {
        const words = `${each.left_out} more, shorter bars are not drawn`;
        const at = { class: 'name', x: width - margin.right, y: top + 13, 'text-anchor': 'end' };
        svg.append(draw('text', at, words));
      }
    });
    this.plot.replaceChildren(svg);
    this.tip.hidden = true;
    this.width = width;
    this.point(shared.t);
    // What had the focus is drawn anew: it keeps it.
    if (focused !== null) {
      [...svg.querySelectorAll('[tabindex]')]
        .find((node) => node.getAttribute('aria-label') === focused)?.focus();
    }
  }

  point(t) {
    const x = columnOf(t, this.width);
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
  }

  bar(each, span, top, width) {
    if (span.to < shared.from || span.from > shared.to) return null;
    const left = columnOf(Math.max(span.from, shared.from), width);
    const right = Math.max(columnOf(Math.min(span.to, shared.to), width), left + 2);
    const high = lane.height * (heightOf[span.state] || 0.5);
    const place = { x: left, y: top + lane.height - high, width: right - left, height: high };
    const group = draw(
      'g', { class: 'bar', 'data-state': span.state }, draw('rect', place),
    );
    if (span.stable * 2 > span.frames) {
      const edge = { x: left, y: top + lane.height, width: right - left, height: 4 };
      group.append(draw('rect', { ...edge, class: 'stable' }));
    }
    if (right - left > 8 * span.state.length + 8 && high >= 14) {
      const at = { x: left + 5, y: top + lane.height - high / 2 + 4 };
      group.append(draw('text', at, span.state));
    }
    const frames = `${span.frames} ${span.frames === 1 ? 'frame' : 'frames'}`;
    const lines = [
      `${each.name}: ${span.state}`,
      `${seconds(span.from)} to ${seconds(span.to)}, ${frames}, stable in ${span.stable}`,
      ...span.reasons.map(([reason, count]) => `${reason} (${count} of ${span.frames} frames)`),
    ];
    if (!span.reasons.length) lines.push('no reason is told');
    if (span.more) lines.push(`and ${span.more} more reasons`);
    return this.telling(group, lines, span.from, span.to);
  }

  mark(mark, width) {
    if (mark.t < shared.from || mark.t > shared.to) return null;
    const x = columnOf(mark.t, width);
    const shape = {
      goal: `M${x - 7} 4h14l-7 13z`,
      grounding: `M${x - 4} 24a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`,
      answer: `M${x} 3l8 8l-8 8l-8 -8z`,
      notice: `M${x - 5} 19h10v10h-10z`,
      jump: `M${x - 1} 18l-5 8h5l-2 7l8 -10h-5l4 -5z`,
    }[mark.kind];
    const group = draw(
      'g', { class: 'mark', 'data-mark': mark.kind, 'data-state': mark.status },
      draw('path', { d: shape }),
    );
    return this.telling(group, [mark.title, `at ${seconds(mark.t)}`, mark.text], mark.t, mark.t);
  }

  // What is told of a bar or a mark on hover, on tap and on focus; a click moves the shared time.
  telling(group, lines, from, to) {
    group.setAttribute('role', 'button');
    group.setAttribute('tabindex', '-1');
    group.setAttribute('aria-label', lines.filter(Boolean).join('. '));
    group.addEventListener('pointerenter', (event) => this.tell(lines, group, event.clientX));
    group.addEventListener('pointerdown', (event) => this.tell(lines, group, event.clientX));
    group.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.tip.hidden = true;
    });
    group.addEventListener('focus', () => {
      if (group.matches(':focus-visible')) {
        this.tell(lines, group, null);
        shared.set(clamp(shared.t, from, to));
      }
    });
    group.addEventListener('blur', () => { this.tip.hidden = true; });
    return group;
  }

  tell(lines, group, column) {
    const [title, ...rest] = lines.filter(Boolean);
    this.tip.replaceChildren(
      make('b', {}, title), ...rest.map((line) => make('span', { dir: 'auto' }, line)),
    );
    this.tip.hidden = false;
    const host = this.host.getBoundingClientRect();
    const box = group.getBoundingClientRect();
    const at = (column === null ? box.left + Math.min(box.width / 2, 60) : column) - host.left;
    this.tip.style.left = `${clamp(at - 30, 0, Math.max(0, host.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${box.bottom - host.top + 8}px`;
  }

  // One stop of the tab key for a lane; arrows go on from there.
  reachable(nodes, name) {
    const found = nodes.filter((node) => node !== null);
    const group = draw('g', { role: 'group', 'aria-label': name }, ...found);
    if (found.length) found[0].setAttribute('tabindex', '0');
    group.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = found[found.indexOf(document.activeElement) + step];
      if (!step || !next) return;
      event.preventDefault();
      for (const node of found) node.setAttribute('tabindex', node === next ? '0' : '-1');
      next.focus();
    });
    return group;
  }
}

if (byId('timeline')) new Timeline(byId('timeline'));
