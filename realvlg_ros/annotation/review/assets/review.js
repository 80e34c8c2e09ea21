'use strict';
// The review: which object is shown, and what keys and the pointer do to it.

const WORDS = {
  '': 'A accepts, X rejects, N goes on.',
  b: 'Box: drag from corner to corner, or press Space at both. Esc leaves.',
  m: 'Mask: click on the object, with Shift beside it; Enter makes the mask. Esc leaves.',
  g: 'Grasp: drag from contact to contact, or press Space at both. Esc leaves.',
};
// Pixels that an arrow key moves the cursor at 640 px of width.
const STEP = 8;

const review = { items: [], index: 0, item: null, chosen: 0, mode: '', busy: false };
let ends = [];
let inside = [];
let outside = [];

function begin(mode) {
  review.mode = mode;
  [ends, inside, outside] = [[], [], []];
  drawDraft(mode, ends, inside, outside);
  byId('cursor').setAttribute('visibility', 'hidden');
  for (const button of document.querySelectorAll('[data-key]')) {
    button.setAttribute('aria-pressed', String(mode !== '' && button.dataset.key === mode));
  }
  say(WORDS[mode]);
}

async function show(item) {
  review.item = item;
  review.chosen = Math.min(review.chosen, Math.max(item.grasps.length - 1, 0));
  review.items[review.index].status = item.status;
  await stage.show(item, review.chosen);
  const done = review.items.filter((each) => ['accepted', 'rejected'].includes(each.status));
  byId('place').textContent =
    `${review.index + 1} of ${review.items.length}: ${item.image}, object ${item.number}`;
  fill(byId('progress'), { value: done.length, max: review.items.length }, []);
  byId('status').textContent = item.status;
  byId('status').dataset.status = item.status;
  byId('text').value = item.description;
  byId('failures').replaceChildren(
    ...item.failures.map(({ name, words }) => make('p', {}, make('b', {}, name), `: ${words}`)),
  );
  byId('list').replaceChildren(...item.grasps.map(graspLine));
  byId('provenance').replaceChildren(
    ...item.provenance.map(({ who, when, what }) => make('li', {}, `${when} ${who}: ${what}`)),
  );
  begin('');
}

function graspLine(grasp, k) {
  const quality = grasp.quality === null ? '' : `, quality ${grasp.quality.toFixed(2)}`;
  const current = k === review.chosen ? 'true' : 'false';
  return make('li', { 'aria-current': current }, `${grasp.source}${quality}`);
}

async function go(index) {
  if (!review.items.length) {
    say('There is no object to review.');
    return;
  }
  review.index = Math.min(Math.max(index, 0), review.items.length - 1);
  review.chosen = 0;
  const { image, number } = review.items[review.index];
  await show(await ask(`item/${encodeURIComponent(image)}/${number}`));
}

// Do something to the object; a second deed waits for the first by being left out.
async function act(deed) {
  if (review.busy) return false;
  review.busy = true;
  say('…');
  try {
    const { image, number } = review.item;
    await show(await ask(`item/${encodeURIComponent(image)}/${number}`, deed));
    return true;
  } catch (error) {
    begin('');
    say(error.message, true);
    return false;
  } finally {
    review.busy = false;
  }
}

async function decide(deed) {
  if (await act({ do: deed })) await go(review.index + 1);
}

// A press of the pointer or of Space at a pixel; Space presses again where the pointer is released.
function press(point, beside) {
  if (review.mode === 'm') {
    (beside ? outside : inside).push(point);
  } else if (review.mode) {
    if (ends.length === 2) {
      release(point);
      return;
    }
    ends = [point, point];
  }
  drawDraft(review.mode, ends, inside, outside);
}

function follow(point) {
  if (ends.length !== 2) return;
  ends[1] = point;
  drawDraft(review.mode, ends, inside, outside);
}

function release(point) {
  if (ends.length !== 2) return;
  const [[x1, y1]] = ends;
  const [x2, y2] = point;
  // A click without a way asks for the second end.
  if (Math.hypot(x2 - x1, y2 - y1) < 2) return;
  if (review.mode === 'b') {
    act({ do: 'box', box: [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2) + 1, Math.max(y1, y2) + 1] });
  } else {
    act({ do: 'grasp', contacts: [x1, y1, x2, y2] });
  }
}

function choose(k) {
  if (k >= review.item.grasps.length) return;
  review.chosen = k;
  show(review.item);
}

const KEYS = {
  a: () => decide('accept'),
  x: () => decide('reject'),
  n: () => go(review.index + 1),
  p: () => go(review.index - 1),
  b: () => begin('b'),
  m: () => begin('m'),
  g: () => begin('g'),
  z: () => act({ do: 'undo' }),
  o: () => review.mode === 'm' && press(stage.at, true),
  s: () => {
    byId('text').focus();
    byId('text').select();
  },
  ' ': (event) => review.mode && press(stage.at, event.shiftKey),
  Enter: () =>
    review.mode === 'm' && act({ do: 'mask', inside: inside.flat(), outside: outside.flat() }),
  Escape: () => begin(''),
  Delete: () => act({ do: 'drop', grasp: review.chosen }),
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (target === byId('text')) {
    if (key === 'Escape') {
      target.value = review.item.description;
      byId('stage').focus();
    }
    return;
  }
  // Enter and Space press a button or open a part that has the focus.
  if (target !== byId('stage') && target !== document.body && [' ', 'Enter'].includes(key)) return;
  if (!review.item) return;
  const arrow = ARROWS[key];
  const deed = KEYS[key] ?? KEYS[key.toLowerCase()];
  if (arrow && review.mode) {
    const step = event.shiftKey ? 1 : Math.max(1, Math.round((STEP * stage.width) / 640));
    stage.moveCursor(arrow[0] * step, arrow[1] * step);
    follow(stage.at);
  } else if (/^[1-9]$/.test(key)) {
    choose(Number(key) - 1);
  } else if (deed) {
    deed(event);
  } else {
    return;
  }
  event.preventDefault();
});

byId('sentence').addEventListener('submit', (event) => {
  event.preventDefault();
  byId('stage').focus();
  act({ do: 'describe', text: byId('text').value });
});
for (const button of document.querySelectorAll('[data-key]')) {
  button.addEventListener('click', (event) => {
    KEYS[button.dataset.key](event);
    byId('stage').focus();
  });
}
byId('stage').addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  byId('stage').focus();
  press(stage.pixelOf(event), event.shiftKey);
  event.preventDefault();
});
byId('stage').addEventListener('pointermove', (event) => follow(stage.pixelOf(event)));
byId('stage').addEventListener('pointerup', (event) => release(stage.pixelOf(event)));

ask('list').then(({ who, items }) => {
  byId('who').textContent = `reviewed by ${who}`;
  review.items = items;
  const open = items.findIndex((each) => !['accepted', 'rejected'].includes(each.status));
  byId('stage').focus();
  return go(Math.max(open, 0));
});
