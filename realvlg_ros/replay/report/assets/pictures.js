// Pictures: those in the page, the one at the shared time, and one enlarged.

for (const image of all('img[data-picture]')) {
  const picture = data.pictures[image.dataset.picture];
  image.src = picture.uri;
  image.width = picture.w;
  image.height = picture.h;
  image.title = picture.name;
}

const pictureTimes = data.pictures.map((picture) => picture.t);

// The state of each target at a time, in words.
function statesAt(t) {
  const found = [];
  for (const each of data.lanes) {
    const span = each.spans.find(({ from, to }) => from <= t && t < to);
    if (span) {
      found.push(
        make('li', {}, make('span', { class: 'badge', 'data-state': span.state }, span.state),
          ` ${each.name}`),
      );
    }
  }
  return found.length ? found : [make('li', {}, 'no target is followed')];
}

function showTime(t) {
  byId('now-time').textContent = seconds(t);
  byId('time').value = t;
  byId('time').setAttribute('aria-valuetext', seconds(t));
  byId('now-states').replaceChildren(...statesAt(t));
  const k = nearest(pictureTimes, t);
  if (k < 0) return;
  const picture = data.pictures[k];
  const image = byId('now');
  if (image.dataset.shown !== String(k)) {
    image.dataset.shown = k;
    image.src = picture.uri;
    image.width = picture.w;
    image.height = picture.h;
    image.alt = `Camera image at ${seconds(picture.t)}`;
    byId('now').parentElement.dataset.open = k;
  }
  const away = picture.t - t;
  const far = Math.abs(away) < 0.005 ? '' : `, ${seconds(Math.abs(away))} ${away < 0 ? 'earlier' : 'later'}`;
  byId('now-words').textContent = `The nearest image of this page: ${seconds(picture.t)}${far}`;
}

function enlarge(k) {
  const index = clamp(k, 0, data.pictures.length - 1);
  const picture = data.pictures[index];
  const image = byId('large');
  image.src = picture.uri;
  image.alt = `Camera image, ${picture.name}`;
  image.dataset.shown = index;
  byId('large-words').textContent = `${picture.name}, image ${index + 1} of ${data.pictures.length} `;
  if (!byId('dialog').open) byId('dialog').showModal();
}

if (byId('time')) {
  shared.moved.add(showTime);
  byId('time').addEventListener('input', (event) => shared.set(Number(event.target.value)));
  for (const button of all('[data-step]')) {
    button.addEventListener('click', () => {
      const next = nearest(pictureTimes, shared.t) + Number(button.dataset.step);
      if (data.pictures[next]) shared.set(data.pictures[next].t);
    });
  }
  shared.set(data.marks.length ? data.marks.find((m) => m.kind === 'answer')?.t ?? data.span[0] : data.span[0]);
}

for (const button of all('[data-time]')) {
  button.addEventListener('click', () => {
    shared.set(Number(button.dataset.time));
    byId('when').scrollIntoView({ block: 'start' });
  });
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-open]');
  if (button) enlarge(Number(button.dataset.open));
});

byId('close').addEventListener('click', () => byId('dialog').close());
byId('dialog').addEventListener('click', (event) => {
  if (event.target === byId('dialog')) byId('dialog').close();
});
byId('dialog').addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) enlarge(Number(byId('large').dataset.shown) + step);
});
for (const button of all('[data-turn]')) {
  button.addEventListener('click', () =>
    enlarge(Number(byId('large').dataset.shown) + Number(button.dataset.turn)));
}

// A print shows what is folded.
window.addEventListener('beforeprint', () => {
  for (const part of all('details')) part.open = true;
});
