/** How code blocks are found in a page. `npm run docs` runs them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { KNOWN as OF_A_JOB } from '../../lib/job/spec.js';
import { KNOWN as OF_THE_MODULE } from '../../lib/options/resolve.js';
import { KNOWN as OF_A_HANDLER } from '../../lib/options/resolve-handler.js';
import { blocksOf } from './blocks.js';
import { commandsOf, faultOf } from './commands.js';
import { everyBlock, pages } from './pages.js';
import { programsOf, REPOSITORY } from './programs.js';

const page = (...lines: string[]) => blocksOf('page.md', lines.join('\n'));

it('finds each block with its language and its line, also in a list and under a longer fence', () => {
  const blocks = page(
    'text',
    '```ts',
    'a();',
    '```',
    '- item',
    '  ~~~sql',
    '  select 1',
    '  ~~~',
    '````',
    '```',
    '````',
  );
  expect(blocks.map(({ line, language, code }) => [line, language, code])).toEqual([
    [3, 'ts', 'a();'],
    [7, 'sql', 'select 1'],
    [10, '', '```'],
  ]);
});

it('hides what the comments before a block say, and leaves other comments alone', () => {
  const comments = ['<!-- chaos: begin -->', '<!-- before', 'const a = 1;', '-->', '<!-- needs: redis -->', ''];
  expect(page(...comments, '```ts', 'a;', '```')[0]?.says).toEqual({ before: 'const a = 1;', needs: 'redis' });
});

it('refuses a comment of ours that stands before no block', () => {
  expect(() => page('<!-- not run: it is dangerous -->', 'Some words.')).toThrow(
    'page.md:2: "not run" stands before no',
  );
});

it('joins what continues, the last opened first closed, and knows each line again', () => {
  const first = ['<!-- before', 'a();', '-->', '<!-- after', 'z();', '-->', '```ts', 'b();', '```'];
  const second = ['<!-- continues -->', '<!-- after', 'y();', '-->', '```ts', 'c();', '```'];
  const [program, ...others] = programsOf(page(...first, ...second));
  expect(others).toEqual([]);
  expect(program?.source.split('\n').filter(Boolean)).toEqual(['a();', 'b();', 'c();', 'y();', 'z();']);
  expect(program?.lines[program.source.split('\n').indexOf('c();')]).toBe('page.md:15');
});

it.each([
  ['npm run nothing', 'there is no script "nothing"'],
  ['npm install left-pad', 'nothing here uses the package left-pad'],
  ['npx nothing', 'there is no tool "nothing"'],
  ['node nowhere.js', 'there is no file nowhere.js'],
  ['curl localhost', 'nobody knows whether "curl" works: say why it is not run'],
  ['npm install programma zod@4', undefined],
  ['npm run check', undefined],
])('says of the command %s: %s', (command, fault) => {
  const [block] = page('```bash', `A=1 ${command} # why`, '```');
  expect(block && commandsOf(block)).toEqual([command]);
  expect(block && faultOf(command, block)).toBe(fault);
});

it('knows README and every page of docs, and a reason for each block that is not run', () => {
  expect(pages()).toEqual(expect.arrayContaining(['README.md', 'docs/comparison.md']));
  const reasons = everyBlock().flatMap(({ says }) => says['not run'] ?? []);
  expect(reasons.filter((reason) => reason.split(' ').length < 3)).toEqual([]);
});

it('has no link that leads nowhere', () => {
  const dead = pages().flatMap((of) => {
    const text = readFileSync(join(REPOSITORY, of), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(#[\w-]+)?\)/g)].map(([, path, anchor]) => ({
      path,
      anchor,
    }));
    return targets
      .filter(({ path, anchor }) => {
        const target = path ? join(REPOSITORY, of, '..', path) : join(REPOSITORY, of);
        return (
          !existsSync(target) || (anchor !== undefined && !headingsOf(readFileSync(target, 'utf8')).includes(anchor))
        );
      })
      .map(({ path, anchor }) => `${of}: ${path}${anchor ?? ''}`);
  });
  expect(dead).toEqual([]);
});

const headingsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')}`,
  );

it.each<[string, readonly string[]]>([
  ['of the module', [...OF_THE_MODULE, 'enhancers', 'name']],
  ['of a handler', OF_A_HANDLER],
  ['of a job', [...OF_A_JOB].filter((key) => key !== 'topic')],
])('names every option %s in a table of README', (_, options) => {
  const tables = readFileSync(join(REPOSITORY, 'README.md'), 'utf8').match(/^\|.*/gm)?.join('\n') ?? '';
  expect(options.filter((option) => !tables.includes(`\`${option}\``))).toEqual([]);
});
