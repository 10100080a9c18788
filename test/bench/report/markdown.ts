/** A run as Markdown: a table a scenario, absolute figures with their spread, and ratios to ours. */
import { type Cell, cellOf, figure, type Result, type Row, type Run } from './results.js';

export function markdown(run: Run): string {
  const { machine, versions, server, redis, command, scale } = run;
  return [
    '# Benchmark',
    '',
    `\`${command}\``,
    '',
    `- ${machine.date} UTC; ${machine.processors}, ${machine.memory}, ${machine.system}; load at the start ${machine.load}`,
    `- Node ${machine.node} for all; ${server}; ${redis}`,
    `- ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    ...(scale === 1 ? [] : [`- **Numbers of jobs × ${scale}: to try the harness, not to quote.**`]),
    '- Each figure: the median of the rounds, (least – most), and × ours. The contenders take turns in each round, in a changing order, each in fresh processes.',
    '',
    ...run.results.flatMap(section),
    '## Settings',
    '',
    '| contender | setting | what its documentation says | where |',
    '| --- | --- | --- | --- |',
    ...run.settings.map(({ contender, what, says, where }) => `| ${contender} | ${what} | ${says} | ${where} |`),
    '',
  ].join('\n');
}

function section(result: Result): string[] {
  const { scenario, about, metrics, rows, rounds, notes } = result;
  return [
    `## ${scenario}`,
    '',
    about,
    '',
    `| | ${metrics.map(({ title, unit }) => `${title}, ${unit}`).join(' | ')} |`,
    `| --- |${metrics.map(() => ' ---: |').join('')}`,
    ...rows.map((row) => line(result, row)),
    '',
    `${rounds} round${rounds === 1 ? '' : 's'}, ${Math.round(result.seconds)} s; load ${result.loadBefore} before, ${result.loadAfter} after.`,
    ...notes.map((note) => `\n${note}`),
    '',
  ];
}

function line(result: Result, row: Row): string {
  const cells = result.metrics.map((metric) => {
    const cell = cellOf(result, row, metric);
    return cell ? text(cell, row.contender === 'programma') : '–';
  });
  const failed = row.failed === undefined ? '' : ` (**failed:** ${row.failed})`;
  return `| ${row.title}${failed} | ${cells.join(' | ')} |`;
}

function text({ median, least, most, ratio }: Cell, ours: boolean): string {
  const spread = least === most ? '' : ` (${figure(least)} – ${figure(most)})`;
  return `**${figure(median)}**${spread}${ours || ratio === undefined || !Number.isFinite(ratio) ? '' : ` ${figure(ratio)} ×`}`;
}
