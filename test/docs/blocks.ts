/** Finds the code blocks of a Markdown page, and what the comments before each say about how it is checked. */

/** Comments that stand right before a block. Those with a colon take the rest as their value, the others the lines below. */
const DIRECTIVES = [
  'before',
  'after',
  'continues',
  'file:',
  'packages:',
  'needs:',
  'test:',
  'excerpt:',
  'not run:',
] as const;

type Directive = (typeof DIRECTIVES)[number] extends infer Name ? (Name extends `${infer Bare}:` ? Bare : Name) : never;

export interface Block {
  readonly page: string;
  /** Where its first line of code stands, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly says: Readonly<Partial<Record<Directive, string>>>;
}

export const nameOf = ({ page, line, language }: Pick<Block, 'page' | 'line' | 'language'>): string =>
  `${page}:${line} (${language || 'no language'})`;

/** @throws when a comment of ours stands before no block: what it says would be lost */
export function blocksOf(page: string, markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let says: Block['says'] = {};
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (fence) {
      const [, indent = '', marks = '', language = ''] = fence;
      const end = closing(lines, at, marks);
      const code = lines.slice(at + 1, end).map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
      blocks.push({ page, line: at + 2, language, code: code.join('\n'), says });
      says = {};
      at = end;
    } else if (line.trimStart().startsWith('<!--')) {
      const end = lines.findIndex((one, index) => index >= at && one.includes('-->'));
      if (end < 0) throw new Error(`${page}:${at + 1}: this comment has no end`);
      const comment = lines
        .slice(at, end + 1)
        .join('\n')
        .trim();
      says = { ...says, ...directiveOf(comment.slice(4, comment.indexOf('-->'))) };
      at = end;
    } else if (line.trim() !== '') {
      if (Object.keys(says).length > 0)
        throw new Error(`${page}:${at + 1}: "${Object.keys(says).join('", "')}" stands before no block`);
    }
  }
  return blocks;
}

function closing(lines: readonly string[], opening: number, marks: string): number {
  const end = lines.findIndex(
    (line, at) => at > opening && /^[`~]{3,}$/.test(line.trim()) && line.trim().startsWith(marks),
  );
  return end < 0 ? lines.length : end;
}

function directiveOf(comment: string): Block['says'] {
  const said = comment.trim();
  const name = DIRECTIVES.find((one) =>
    one.endsWith(':') ? said.startsWith(one) : new RegExp(`^${one}(\\s|$)`).test(said),
  );
  if (name === undefined) return {};
  const value = said.slice(name.length).replace(/^[ \t]*\n/, '');
  return { [name.replace(':', '')]: name.endsWith(':') ? value.trim() : value };
}
