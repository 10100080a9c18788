/** A run as one chart: bars a metric, a panel each, ours in its own colour. */

import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { cellOf, figure, type Result, type Run } from './results.js';

const OURS = '#1f6feb';
const OTHERS = '#9aa4b2';

export async function chart(run: Run): Promise<string> {
  const panels = run.results.flatMap((result) => result.metrics.map((metric) => panel(result, metric)));
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: `Programma and its peers, ${run.machine.date.slice(0, 10)}, ${run.machine.processors}`,
    columns: 2,
    concat: panels.filter((one) => one.data.values.length > 0),
    config: { view: { stroke: null }, font: 'sans-serif', background: 'white' },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  } as unknown as TopLevelSpec;
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

function panel(result: Result, metric: Result['metrics'][number]) {
  const values = result.rows.flatMap((row) => {
    const cell = cellOf(result, row, metric);
    if (!cell || !Number.isFinite(cell.median)) return [];
    return [{ who: row.title, value: cell.median, label: figure(cell.median), least: cell.least, most: cell.most }];
  });
  const who = {
    field: 'who',
    type: 'nominal',
    sort: null,
    title: null,
    axis: { labelLimit: 260, ticks: false, domain: false },
  };
  const bar = { type: 'bar', height: 14 };
  return {
    title: {
      text: `${result.scenario}: ${metric.title}`,
      subtitle: `${metric.unit}, ${metric.better === 'more' ? 'more' : 'less'} is better`,
      anchor: 'start',
    },
    width: 300,
    data: { values },
    layer: [
      {
        mark: bar,
        encoding: {
          y: who,
          x: {
            field: 'value',
            type: 'quantitative',
            title: null,
            axis: { grid: false, labels: false, ticks: false, domain: false },
          },
          color: { condition: { test: "indexof(datum.who, 'Programma') === 0", value: OURS }, value: OTHERS },
        },
      },
      { mark: 'rule', encoding: { y: who, x: { field: 'least', type: 'quantitative' }, x2: { field: 'most' } } },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { y: who, x: { field: 'most', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  };
}
