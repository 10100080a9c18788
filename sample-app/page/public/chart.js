/** The last minutes as stacked bars, drawn as SVG. */
const chart = document.querySelector('#chart');
const HEIGHT = 100;
const BAR = 8;
const GAP = 2;
/** Three jobs fill a third of the chart; more than these make all bars smaller. */
const LEAST = 6;

export function showChart({ steps, stepSeconds }) {
  const highest = Math.max(LEAST, ...steps.map((step) => step.completed + step.retried + step.failed));
  chart.setAttribute('viewBox', `0 0 ${steps.length * (BAR + GAP)} ${HEIGHT}`);
  const base = shape('line', { x1: 0, x2: steps.length * (BAR + GAP), y1: HEIGHT, y2: HEIGHT });
  const bars = steps.flatMap((step, at) => barsOf(step, at, highest, stepSeconds));
  chart.replaceChildren(base, ...bars);
}

function barsOf(step, at, highest, stepSeconds) {
  let top = HEIGHT;
  return ['completed', 'retried', 'failed']
    .filter((what) => step[what] > 0)
    .map((what) => {
      const height = (step[what] / highest) * HEIGHT;
      top -= height;
      const bar = shape('rect', { x: at * (BAR + GAP), y: top, width: BAR, height, rx: 1.5 });
      bar.dataset.state = what;
      const title = shape('title', {});
      title.textContent = `${step[what]} ${what} in ${stepSeconds} s from ${new Date(step.at).toLocaleTimeString()}`;
      bar.append(title);
      return bar;
    });
}

function shape(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
