// The 3-D view of an answer: its points, grippers, support plane and axes.

const boxEdges = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) =>
  [1, 2, 4].filter((bit) => k < (k ^ bit)).map((bit) => [k, k ^ bit]),
);

function bytesOf(packed) {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

class SceneView {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.show(0);
    redrawn(canvas, () => this.paint());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    this.listen();
  }

  show(index) {
    const scene = data.scenes[index];
    this.scene = scene;
    this.index = index;
    const steps = new Int16Array(bytesOf(scene.points).buffer);
    this.points = Float32Array.from(steps, (value) => value * scene.step);
    this.colors = bytesOf(scene.colors);
    const from = scene.camera || (scene.up[1] < -0.5 ? [0, 0, 0] : null);
    const toward = from ? minus(from, scene.middle) : level([-1, 0.3, 0], scene.up);
    this.orbit = new Orbit(scene.up, from ? toward : add(toward, times(scene.up, 0.7)));
    const told = [
      `${scene.title}. ${scene.count} points`,
      `coordinates in ${scene.frame || 'a frame that is not told'}`,
      scene.plane ? null : 'the run does not tell the support plane',
      scene.grippers.length ? null : 'the run does not tell the shape of the gripper',
      scene.tcp ? null : 'there was no grasp',
    ];
    byId('scene-words').textContent = `${told.filter(Boolean).join('; ')}.`;
    this.canvas.setAttribute('aria-label', `3-D view. ${byId('scene-words').textContent}`);
  }

  paint() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.max(Math.round(this.canvas.clientWidth * ratio), 100);
    const height = Math.max(Math.round(this.canvas.clientHeight * ratio), 100);
    this.canvas.width = width;
    this.canvas.height = height;
    this.ratio = ratio;
    const dark = getComputedStyle(this.canvas).getPropertyValue('--scene').trim() === 'dark';
    this.ink = dark ? '#e6e9ec' : '#1b1f24';
    this.raster = new Raster(width, height, dark ? 0xff1a1512 : 0xfff4f1ee);
    this.raster.look(this.orbit);
    this.raster.splat(this.points, this.colors, clamp(2 * this.scene.spacing, 0.001, 0.02));
    this.context.putImageData(this.raster.image, 0, 0);
    this.overlay();
  }

  overlay() {
    const { scene } = this;
    if (scene.plane) this.grid(scene.plane);
    for (let k = 0; k + 1 < scene.box.length; k += 2) {
      this.line(scene.box[k], scene.box[k + 1], '#17a2b8', 1.2);
    }
    scene.grippers.slice(1).forEach((boxes) => this.gripper(boxes, '#8a8f98', 0.8, 0.6));
    if (scene.grippers.length) {
      this.gripper(scene.grippers[0], '#ffffff', 4, 0.8);
      this.gripper(scene.grippers[0], '#d6007a', 2, 1);
    }
    for (const contact of scene.contacts) this.dot(contact, '#ffd400');
    if (scene.tcp) this.tripod(scene.tcp, 0.05);
    this.scale();
  }

  gripper(boxes, color, width, alpha) {
    for (const corners of boxes) {
      for (const [a, b] of boxEdges) this.line(corners[a], corners[b], color, width, alpha);
    }
  }

  // A line in the coordinates of the scene; what lies behind points is faint.
  line(start, end, color, width, alpha = 1) {
    const { context, raster, scene } = this;
    const [a, b] = [minus(start, scene.middle), minus(end, scene.middle)];
    const pieces = 14;
    context.strokeStyle = color;
    context.lineWidth = width * this.ratio;
    context.lineCap = 'round';
    let before = raster.project(a);
    for (let k = 1; k <= pieces; k++) {
      const after = raster.project(add(a, times(minus(b, a), k / pieces)));
      if (before[2] > 0.02 && after[2] > 0.02) {
        const middle = times(add(before, after), 0.5);
        context.globalAlpha = raster.hidden(middle) ? 0.25 * alpha : alpha;
        context.beginPath();
        context.moveTo(before[0], before[1]);
        context.lineTo(after[0], after[1]);
        context.stroke();
      }
      before = after;
    }
    context.globalAlpha = 1;
  }

  dot(point, color) {
    const [x, y, z] = this.raster.project(minus(point, this.scene.middle));
    if (z < 0.02) return;
    this.context.beginPath();
    this.context.arc(x, y, 4 * this.ratio, 0, 7);
    this.context.fillStyle = color;
    this.context.fill();
    this.context.strokeStyle = '#000';
    this.context.lineWidth = this.ratio;
    this.context.stroke();
  }

  // Axes of the gripper: x red, y green (the fingers), z blue (the approach).
  tripod(tcp, length) {
    const origin = [tcp[0][3], tcp[1][3], tcp[2][3]];
    ['x', 'y', 'z'].forEach((name, k) => {
      const color = ['#d62728', '#2ca02c', '#2f7fe0'][k];
      const end = add(origin, times([tcp[0][k], tcp[1][k], tcp[2][k]], length));
      this.line(origin, end, color, 3);
      this.word(name, end, color);
    });
  }

  word(text, at, color) {
    const [x, y, z] = this.raster.project(minus(at, this.scene.middle));
    if (z < 0.02) return;
    const { context, ratio } = this;
    context.font = `bold ${14 * ratio}px sans-serif`;
    context.lineWidth = 3 * ratio;
    context.strokeStyle = '#fff';
    context.strokeText(text, x + 4 * ratio, y);
    context.fillStyle = color;
    context.fillText(text, x + 4 * ratio, y);
  }

  grid(plane) {
    const normal = plane.slice(0, 3);
    const { middle } = this.scene;
    const foot = minus(middle, times(normal, (dot(normal, middle) + plane[3]) / dot(normal, normal)));
    const u = level([1, 0, 0], unit(normal));
    const v = cross(unit(normal), u);
    const [reach, step] = [0.25, 0.05];
    for (let k = -reach; k <= reach + 1e-9; k += step) {
      for (const [a, b] of [[u, v], [v, u]]) {
        const at = add(foot, times(a, k));
        this.line(add(at, times(b, -reach)), add(at, times(b, reach)), this.ink, 0.7, 0.45);
      }
    }
  }

  scale() {
    const { context, ratio, raster, canvas } = this;
    const length = (0.1 * raster.focal) / this.orbit.distance;
    const [x, y] = [14 * ratio, canvas.height - 14 * ratio];
    context.strokeStyle = context.fillStyle = this.ink;
    context.lineWidth = 2 * ratio;
    context.beginPath();
    context.moveTo(x, y - 5 * ratio);
    context.lineTo(x, y);
    context.lineTo(x + length, y);
    context.lineTo(x + length, y - 5 * ratio);
    context.stroke();
    context.font = `${12 * ratio}px sans-serif`;
    context.fillText('100 mm', x + 4 * ratio, y - 6 * ratio);
  }

  // One of the buttons or keys.
  act(kind) {
    const { orbit, scene } = this;
    const step = 0.15;
    const acts = {
      left: () => orbit.turn(-step, 0),
      right: () => orbit.turn(step, 0),
      up: () => orbit.turn(0, step),
      down: () => orbit.turn(0, -step),
      in: () => orbit.nearer(1.2),
      out: () => orbit.nearer(1 / 1.2),
      camera: () => orbit.reset(),
      top: () => { orbit.rise = 1.5; },
      side: () => {
        orbit.rise = 0.1;
        if (scene.tcp) {
          const axis = level([scene.tcp[0][0], scene.tcp[1][0], scene.tcp[2][0]], scene.up);
          orbit.angle = Math.atan2(dot(axis, orbit.beside), dot(axis, orbit.ahead));
        }
      },
    };
    acts[kind]();
    this.paint();
  }

  listen() {
    const { canvas } = this;
    const keys = {
      ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
      '+': 'in', '=': 'in', '-': 'out', 0: 'camera',
    };
    canvas.addEventListener('keydown', (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      this.act(keys[event.key]);
    });
    for (const button of all('[data-view]')) {
      button.addEventListener('click', () => this.act(button.dataset.view));
    }
    const held = new Map();
    const apart = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      held.set(event.pointerId, event);
    });
    canvas.addEventListener('pointermove', (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const gap = held.size === 2 ? apart() : 0;
      held.set(event.pointerId, event);
      if (held.size === 2) {
        this.orbit.nearer(apart() / Math.max(gap, 1));
      } else {
        const [right, down] = [event.clientX - before.clientX, event.clientY - before.clientY];
        this.orbit.turn(-0.008 * right, 0.008 * down);
      }
      this.paint();
    });
    for (const kind of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(kind, (event) => held.delete(event.pointerId));
    }
    // The wheel turns the page until the view has the focus.
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (document.activeElement !== canvas) return;
        event.preventDefault();
        this.orbit.nearer(event.deltaY < 0 ? 1.1 : 1 / 1.1);
        this.paint();
      },
      { passive: false },
    );
  }
}

if (byId('scene')) {
  const view = new SceneView(byId('scene'));
  const chooser = byId('scene-of');
  data.scenes.forEach((scene, k) => chooser.append(make('option', { value: k }, scene.title)));
  const show = (index) => {
    chooser.value = index;
    view.show(Number(index));
    view.paint();
  };
  chooser.addEventListener('change', () => show(chooser.value));
  for (const button of all('[data-scene-of]')) {
    const index = data.scenes.findIndex(({ goal }) => goal === Number(button.dataset.sceneOf));
    button.hidden = index < 0;
    button.addEventListener('click', () => {
      show(index);
      byId('scene-part').scrollIntoView({ block: 'start' });
    });
  }
}
