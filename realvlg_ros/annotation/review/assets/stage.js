'use strict';
// The image with what is drawn over it, and the pointer or the cursor on it.

const stage = {
  node: byId('stage'),
  width: 1,
  height: 1,
  at: [0, 0],
  pictureOf: '',
  pictureUrl: '',

  async show(item, chosen) {
    Object.assign(this, { width: item.width, height: item.height });
    this.node.setAttribute('viewBox', `0 0 ${item.width} ${item.height}`);
    if (this.pictureOf !== item.image) {
      const blob = await ask(`image/${encodeURIComponent(item.image)}`);
      URL.revokeObjectURL(this.pictureUrl);
      this.pictureUrl = URL.createObjectURL(blob);
      this.pictureOf = item.image;
      this.at = [Math.round(item.width / 2), Math.round(item.height / 2)];
    }
    const size = { href: this.pictureUrl, width: item.width, height: item.height };
    fill(byId('picture'), size, []);
    byId('mask').setAttribute('d', item.outline.map(outline).join(''));
    const [x1, y1, x2, y2] = item.box_xyxy ?? [0, 0, 0, 0];
    fill(byId('box'), { x: x1, y: y1, width: x2 - x1, height: y2 - y1 }, []);
    byId('grasps').replaceChildren(
      ...item.grasps.map((grasp, k) => drawGrasp(grasp, item.corners[k], k === chosen)),
    );
  },

  // Pixel of the image below the pointer; centres of pixels are whole numbers.
  pixelOf(event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    const { x, y } = point.matrixTransform(this.node.getScreenCTM().inverse());
    return this.within([x - 0.5, y - 0.5]);
  },
  within([x, y]) {
    const low = (value, high) => Math.min(Math.max(value, 0), high);
    return [low(x, this.width - 1), low(y, this.height - 1)];
  },
  moveCursor(dx, dy) {
    this.at = this.within([Math.round(this.at[0] + dx), Math.round(this.at[1] + dy)]);
    byId('cursor').setAttribute('visibility', 'visible');
    const [x, y] = this.at.map((value) => value + 0.5);
    byId('cursor').setAttribute('transform', `translate(${x} ${y}) scale(${this.width / 640})`);
  },
};

function outline(points) {
  const pairs = [];
  for (let k = 0; k < points.length; k += 2) pairs.push(`${points[k]} ${points[k + 1]}`);
  return `M${pairs.join('L')}Z`;
}

// Pixel centres are drawn half a pixel further, as the image begins at the edge of its first one.
function drawGrasp(grasp, corners, chosen) {
  const at = corners.map(([x, y]) => [x + 0.5, y + 0.5]);
  const [x1, y1, x2, y2] = grasp.contacts.map((value) => value + 0.5);
  const size = (3 * stage.width) / 640;
  const line = (a, b) =>
    draw('line', { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: 'jaw' });
  return draw(
    'g',
    { class: chosen ? 'chosen' : '' },
    draw('polygon', { points: at.map((p) => p.join(',')).join(' ') }),
    line(at[0], at[3]),
    line(at[1], at[2]),
    draw('circle', { cx: x1, cy: y1, r: size }),
    draw('circle', { cx: x2, cy: y2, r: size }),
  );
}

// What is being drawn by a person: two ends of a box or grasp, or points of a mask.
function drawDraft(mode, ends, inside, outside) {
  const shapes = [];
  const size = (4 * stage.width) / 640;
  if (ends.length === 2) {
    const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [x + 0.5, y + 0.5]);
    shapes.push(
      mode === 'b'
        ? draw('rect', {
            x: Math.min(x1, x2),
            y: Math.min(y1, y2),
            width: Math.abs(x2 - x1),
            height: Math.abs(y2 - y1),
          })
        : draw('line', { x1, y1, x2, y2 }),
    );
  }
  for (const [points, name] of [[inside, 'inside'], [outside, 'outside']]) {
    for (const [x, y] of points) {
      shapes.push(draw('circle', { cx: x + 0.5, cy: y + 0.5, r: size, class: name }));
    }
  }
  byId('draft').replaceChildren(...shapes);
}
