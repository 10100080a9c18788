/** Breaks of what is refused, and how. */
import { type Break, change } from './break.js';

const ADDING = 'test/behaviour/adding.spec.ts';
const SPEC = 'test/unit/spec.spec.ts';
const TOPIC = 'test/unit/topic.spec.ts';
const TEXT = 'test/unit/text.spec.ts';
const OPTIONS = 'test/unit/options.spec.ts';
const HANDLER = 'test/unit/handler-options.spec.ts';
const CONNECT = 'test/behaviour/connections.spec.ts';

export const REFUSING: readonly Break[] = [
  {
    part: '2 bad input: jobs',
    what: 'a priority of 10 is left to the database',
    changes: change('job/spec.ts', '(priority as number) > 9', 'false'),
    spec: SPEC,
    red: ['a priority of 10'],
  },
  {
    part: '2 bad input: jobs',
    what: 'U+0000 is left to the database',
    changes: change('job/text.ts', "if (json.includes('\\\\u') && UNKEEPABLE.test(json))", 'if (false)'),
    spec: SPEC,
    red: ['U+0000 in data', 'half a surrogate pair in data'],
  },
  {
    part: '2 bad input: jobs',
    what: 'a day that does not exist is another one',
    changes: change('job/spec.ts', 'return day <= lastDay ? date : undefined;', 'return date;'),
    spec: SPEC,
    red: ['a day that does not exist'],
  },
  {
    part: '2 bad input: jobs',
    what: 'an unknown word is passed over',
    changes: change('job/spec.ts', 'if (!KNOWN.has(key))', 'if (false)'),
    spec: SPEC,
    red: ['an unknown word, and says which was meant'],
  },
  {
    part: '2 bad input: jobs',
    what: 'a BigInt becomes a number',
    changes: change(
      'job/text.ts',
      'json = JSON.stringify(value);',
      "json = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v));",
    ),
    spec: ADDING,
    red: ['is refused, and not written, when it cannot be'],
  },
  {
    part: '2 bad input: topics',
    what: 'the two ends of a pattern may overlap',
    changes: change('job/topic.ts', 'topic.length < first.length + last.length || ', ''),
    spec: TOPIC,
    red: ['ab*ba and aba: false'],
  },
  {
    part: '2 bad input: own words',
    what: 'what the engine writes is not cleaned',
    changes: change('job/text.ts', '\\uFFFD`', '\\u0000`'),
    spec: TEXT,
    red: ['cleans strings wherever they stand'],
  },
  {
    part: '2 bad input: options',
    what: 'the first fault is the only one said',
    changes: change(
      'options/checker.ts',
      'this.problems.push(problem);',
      'if (this.problems.length === 0) this.problems.push(problem);',
    ),
    spec: OPTIONS,
    red: ['lists all faults in one error', 'says how many faults there are'],
  },
  {
    part: '2 bad input: options',
    what: 'no suggestion is made',
    changes: change('base/suggest.ts', 'return best &&', "return '' &&"),
    spec: OPTIONS,
    red: ['lists all faults in one error'],
  },
  {
    part: '2 bad input: options',
    what: 'undefined is not the same as not given',
    changes: change(
      'options/checker.ts',
      /(number\([^)]*\)[^{]*\{\n\s+)if \(said === undefined\) return otherwise;/,
      '$1',
    ),
    spec: OPTIONS,
    red: ['takes every option that is undefined'],
  },
  {
    part: '2 bad input: options',
    what: 'a default is another one than is written',
    changes: change('options/defaults.ts', 'heartBeat: 10', 'heartBeat: 30'),
    spec: OPTIONS,
    red: ['has the defaults of the documentation'],
  },
  {
    part: '2 bad input: options',
    what: 'DATABASE_URL is not looked at',
    changes: change('options/resolve.ts', 'given.connectionString = url', 'void url'),
    spec: OPTIONS,
    red: ['takes DATABASE_URL'],
  },
  {
    part: '2 bad input: options',
    what: 'DATABASE_URL beats what was said',
    changes: change('options/resolve.ts', 'if (!named && pool === undefined && url)', 'if (url)'),
    spec: OPTIONS,
    red: ['prefers'],
  },
  {
    part: '2 bad input: handlers',
    what: 'faults of a handler do not name it',
    changes: change(
      'options/resolve-handler.ts',
      'throw new OptionsError(c.problems, where)',
      'throw new OptionsError(c.problems)',
    ),
    spec: HANDLER,
    red: ['lists all faults of a handler under its name'],
  },
  {
    part: '2 bad input: a wrong password',
    what: 'it is tried again until the time is over',
    changes: change('store/faults.ts', 'if (REFUSED.test(codeOf(error)))', 'if (false)'),
    spec: CONNECT,
    red: ['a wrong password', 'a database that does not exist'],
  },
  {
    part: '2 bad input: an unreachable server',
    what: 'start waits for a server that never answers',
    changes: change('options/defaults.ts', 'connectionTimeoutMs: 5_000', 'connectionTimeoutMs: 15_000'),
    spec: CONNECT,
    red: ['a server that never answers'],
  },
  {
    part: '2 bad input: no handle stays open',
    what: 'a timer is left behind when the start fails',
    changes: change(
      'assembly.ts',
      'this.database.open();',
      'this.database.open(); setInterval(() => undefined, 1_000);',
    ),
    spec: CONNECT,
    red: ['leaves nothing open: the process ends by itself'],
  },
  {
    part: '2 options: pool',
    what: 'a pool of the user is ended with us',
    changes: change('store/database.ts', "this.foreign?.off('error', this.onIdleError);", 'await this.foreign?.end();'),
    spec: CONNECT,
    red: ['serves adding and asking, and stays open'],
  },
];
