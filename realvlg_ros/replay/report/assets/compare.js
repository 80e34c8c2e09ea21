// The charts of a comparison: how far the grasps of both runs are apart, and the jitter of each.

function comparedCharts(goal) {
  const both = ['A', 'B'];
  const named = (names, several) => names.map((name, k) => ({ name, values: several[k] }));
  return [
    {
      title: 'Distance', unit: 'mm', t: goal.t, lines: named(['A to B'], goal.distance),
      hint: 'of the best grasp of B from that of A in the same frame.',
    },
    {
      title: 'Angle', unit: 'degrees', t: goal.t, lines: named(['A to B'], goal.angle),
      hint: 'between the same. A gripper turned by 180° is the same gripper.',
    },
    {
      title: 'Jitter of the position', unit: 'mm', t: goal.t, lines: named(both, goal.step),
      hint: 'how far the best grasp moves from one frame to the next; real motion shows too.',
    },
    {
      title: 'Jitter of the rotation', unit: 'degrees', t: goal.t, lines: named(both, goal.turn),
      hint: 'the same for its rotation.',
    },
  ];
}

if (byId('compared')) {
  chartsByChoice(byId('compared'), byId('goal'), data.goals, comparedCharts);
}
