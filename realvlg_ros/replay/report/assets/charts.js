// The charts of the report: motion of the best grasp of a target, and latency.

function motionCharts(track) {
  const axes = ['x', 'y', 'z'];
  const named = (names, several) => names.map((name, k) => ({ name, values: several[k] }));
  const frame = track.frame || 'a frame that is not told';
  const dropped = track.stride > 1 ? ` Each point stands for ${track.stride} frames.` : '';
  const window = 'standard deviation within one second';
  const charts = [
    {
      title: 'Position', unit: 'mm', lines: named(axes, track.position),
      hint: `from its median, along the axes of ${frame}.${dropped}`,
    },
    {
      title: 'Rotation', unit: 'degrees', lines: named(axes, track.rotation),
      hint: `from its mean, about the same axes. A gripper turned by 180° is the same gripper.`,
    },
    {
      title: 'Jitter of the position', unit: 'mm',
      lines: named(['frame to frame', window], [track.step[0], track.position_spread[0]]),
      hint: 'how far the grasp moves though it should stand still; real motion shows too.',
    },
    {
      title: 'Jitter of the rotation', unit: 'degrees',
      lines: named(['frame to frame', window], [track.turn[0], track.rotation_spread[0]]),
      hint: 'the same for its rotation.',
    },
    {
      title: 'Uncertainty of the position', unit: 'mm',
      lines: named(
        ['stated, one standard deviation', 'measured within one second'],
        [track.position_std[0], track.position_spread[0]],
      ),
      hint: 'what the covariance states against what is measured: a grasp that jitters more than it states is too sure of itself.',
    },
    {
      title: 'Uncertainty of the rotation', unit: 'degrees',
      lines: named(
        ['stated, one standard deviation', 'measured within one second'],
        [track.rotation_std[0], track.rotation_spread[0]],
      ),
      hint: 'the same for its rotation.',
    },
  ];
  return charts.map((spec) => ({ t: track.t, ...spec }));
}

if (byId('motion')) {
  const note = make('p', { class: 'missing' });
  byId('motion').after(note);
  chartsByChoice(byId('motion'), byId('track'), data.tracks, (track) => {
    note.textContent = `Poses in ${track.others.join(', ')} are left out: another frame.`;
    note.hidden = track.others.length === 0;
    return motionCharts(track);
  });
}

if (byId('latency')) {
  const { t, stages, stride } = data.latency;
  const shown = stride > 1 ? ` Of each ${stride} frames the longest.` : '';
  new LineChart(byId('latency'), {
    title: 'Wall time', unit: 'ms', t, lines: stages, log: true,
    hint: `of each stage; each line of the grid is ten times the one below.${shown}`,
    reference: data.period > 0 ? { value: data.period * 1000, name: 'time between frames' } : null,
  });
}
