/** What a new job may be: everything else is refused before it costs anything. */
import { describe, expect, it } from '@jest/globals';
import { InvalidJobError } from '../../lib/base/errors.js';
import { type JobConfig, specOf, wholeOf } from '../../lib/job/spec.js';

const DEFAULTS = { retryAfterSeconds: 30, priority: 5 };
const ID = '0198b3a4-7c5e-7000-8000-0123456789ab';
const documentOf = (config: JobConfig, topic = 'mail') => JSON.parse(wholeOf(specOf(topic, config, DEFAULTS)));
/** Says to the types what a JavaScript caller may do. */
const any = (value: unknown) => value as never;

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const circle: Record<string, unknown> = {};
circle.self = circle;

describe('refuses', () => {
  it.each<[string, unknown, JobConfig, RegExp]>([
    ['an empty topic', '', {}, /topic cannot be empty/],
    ['a topic of 201 characters', 'x'.repeat(201), {}, /201 characters; the limit is 200/],
    ['a topic that is no string', 7, {}, /a topic is a string, not number/],
    ['a topic that is null', null, {}, /not null/],
    ['a topic with U+0000', 'a\u0000', {}, /PostgreSQL cannot keep/],
    ['a topic with half a surrogate pair', 'a\ud800', {}, /PostgreSQL cannot keep/],
    ['a config that is no object', 'mail', any('now'), /must be an object/],
    ['a config that is null', 'mail', any(null), /must be an object/],
    ['an unknown word, and says which was meant', 'mail', any({ runAfterSecond: 1 }), /did you mean "runAfterSeconds"/],
    ['a date that is none', 'mail', { runAfterDate: 'tomorrow' }, /ISO-8601/],
    ['a Date that is none', 'mail', { runAfterDate: new Date('x') }, /ISO-8601/],
    ['a day that does not exist', 'mail', { runAfterDate: '2027-02-30T00:00:00Z' }, /ISO-8601/],
    ['a month that does not exist', 'mail', { runAfterDate: '2027-13-01' }, /ISO-8601/],
    ['a date as a number', 'mail', { runAfterDate: any(1_800_000_000_000) }, /ISO-8601/],
    ['a date that is null', 'mail', { runAfterDate: any(null) }, /ISO-8601/],
    ['a year beyond 9999', 'mail', { runAfterDate: new Date(8.64e15) }, /years 1 and 9999/],
    ['a negative delay', 'mail', { runAfterSeconds: -1 }, /0 or more, not -1/],
    ['a delay that is no number', 'mail', { runAfterSeconds: any('5') }, /runAfterSeconds is a number/],
    ['a delay that is NaN', 'mail', { runAfterSeconds: Number.NaN }, /not NaN/],
    ['a delay without end', 'mail', { runAfterSeconds: Number.POSITIVE_INFINITY }, /not Infinity/],
    ['a priority of 10', 'mail', { priority: 10 }, /0 \(first\) to 9 \(last\), not 10/],
    ['a priority of -1', 'mail', { priority: -1 }, /not -1/],
    ['a priority of 1.5', 'mail', { priority: 1.5 }, /not 1.5/],
    ['a lease under a second', 'mail', { retryAfterSeconds: 0.5 }, /from 1 to ten years/],
    ['no attempts at all', 'mail', { maxAttempts: 0 }, /maxAttempts is a whole number/],
    ['an id that is no uuid', 'mail', { id: 'order-17' }, /an id is a uuid/],
    ['attributes that are an array', 'mail', { attributes: any([]) }, /not an array/],
    ['attributes that are null', 'mail', { attributes: any(null) }, /attributes is an object/],
    ['attributes whose JSON is none', 'mail', { attributes: any(new Date(0)) }, /its JSON is "1970/],
    ['a function as data', 'mail', { data: () => 1 }, /is function, which JSON has no word for/],
    ['a symbol as data', 'mail', { data: Symbol('x') }, /is symbol/],
    ['a BigInt in data', 'mail', { data: { n: 1n } }, /BigInt/],
    ['a circle in data', 'mail', { data: circle }, /circular/],
    ['U+0000 in data', 'mail', { data: { text: 'a\u0000b' } }, /U\+0000/],
    ['U+0000 in a key of data', 'mail', { data: { 'a\u0000': 1 } }, /U\+0000/],
    ['half a surrogate pair in data', 'mail', { data: ['a\udc00'] }, /surrogate/],
    ['a backslash before U+0000', 'mail', { data: '\\\u0000' }, /U\+0000/],
    ['a toJSON that throws', 'mail', { data: { toJSON: () => nested(-1) } }, /cannot be written as JSON/],
    ['1,001 levels of data', 'mail', { data: nested(1_001) }, /more than 1000 levels/],
    ['100,000 levels of data', 'mail', { data: nested(100_000) }, /more than 1000 levels/],
    ['more than 16 MB of data', 'mail', { data: 'x'.repeat(16 * 1024 * 1024) }, /16.0 MB of JSON; the limit is 16 MB/],
    ['more than 16 MB of narrow characters', 'mail', { data: 'ü'.repeat(9 * 1024 * 1024) }, /18.0 MB/],
  ])('%s', (_, topic, config, message) => {
    const act = () => specOf(any(topic), config, DEFAULTS);
    expect(act).toThrow(InvalidJobError);
    expect(act).toThrow(message);
  });

  it('names the topic in what it says', () => {
    expect(() => specOf('mail.welcome', { priority: 99 }, DEFAULTS)).toThrow('a job for "mail.welcome"');
  });
});

describe('takes', () => {
  it.each<[string, JobConfig, object]>([
    ['nothing at all', {}, { topic: 'mail', priority: 5, retry_after_seconds: 30 }],
    ['what is undefined for not given', { priority: undefined, data: undefined }, { priority: 5 }],
    ['an id in capitals as the same id', { id: ID.toUpperCase() }, { id: ID }],
    ['a Date', { runAfterDate: new Date('2030-01-01') }, { run_at: '2030-01-01T00:00:00.000Z' }],
    ['a date without a zone as UTC', { runAfterDate: '2030-01-01T10:00' }, { run_at: '2030-01-01T10:00:00.000Z' }],
    ['an offset', { runAfterDate: '2030-01-01T10:00:00+02:00' }, { run_at: '2030-01-01T08:00:00.000Z' }],
    ["the brief's date", { runAfterDate: '2020-08-27T20:02:18.255Z' }, { run_at: '2020-08-27T20:02:18.255Z' }],
    ['a day alone', { runAfterDate: '2030-01-01' }, { run_at: '2030-01-01T00:00:00.000Z' }],
    ['the 29th of February', { runAfterDate: '2028-02-29' }, { run_at: '2028-02-29T00:00:00.000Z' }],
    ['a delay', { runAfterSeconds: 0.25 }, { delay: 0.25 }],
    ['data that says "\\u0000" in letters', { data: 'a\\u0000' }, { data: 'a\\u0000' }],
    ['whole surrogate pairs', { data: '😀' }, { data: '😀' }],
    ['1,000 levels', { data: nested(1_000) }, { data: nested(1_000) }],
    ['brackets in strings, which are no levels', { data: '['.repeat(5_000) }, { data: '['.repeat(5_000) }],
    ['null as data', { data: null }, { data: null }],
  ])('%s', (_, config, document) => {
    expect(documentOf(config)).toMatchObject(document);
  });

  it('a date before a delay when both are given', () => {
    const document = documentOf({ runAfterDate: '2030-01-01', runAfterSeconds: 5 });
    expect([document.run_at, document.delay]).toEqual(['2030-01-01T00:00:00.000Z', undefined]);
  });

  it('a topic of 200 characters with quotes in it', () => {
    const topic = `"${'x'.repeat(199)}`;
    expect(documentOf({}, topic).topic).toBe(topic);
  });

  it('no id for a new one that grows with time', () => {
    const ids = Array.from({ length: 100 }, () => specOf('mail', {}, DEFAULTS).id);
    expect(ids).toEqual([...ids].sort());
  });
});
