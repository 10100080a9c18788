/** What holds for one handler: configuration by topic, then its own words, then the module's, then the defaults. */
import { describe, expect, it } from '@jest/globals';
import type { HandlerOptions } from '../../lib/options/handler-options.js';
import { resolve } from '../../lib/options/resolve.js';
import { resolveHandler, worksOn } from '../../lib/options/resolve-handler.js';

const resolved = (
  own: HandlerOptions = {},
  module: object = {},
  completion: 'auto' | 'manual' = 'auto',
  topic = 'mail.welcome',
) => resolveHandler(topic, own, completion, resolve(module), 'Mailer.send');

describe('the limit of jobs in hand', () => {
  const module = { maxJobs: 7, handlers: { 'mail.*': { maxJobs: 9 } } };
  it.each<[string, HandlerOptions, object, number]>([
    ['is the built-in one when nobody says anything', {}, {}, 10],
    ["is the module's before the built-in one", {}, { maxJobs: 7 }, 7],
    ["is the handler's own before the module's", { maxJobs: 8 }, { maxJobs: 7 }, 8],
    ["is the configured one before the handler's own", { maxJobs: 8 }, module, 9],
    ['takes undefined for not given', { maxJobs: undefined }, { maxJobs: 7 }, 7],
  ])('%s', (_, own, options, limit) => {
    expect(resolved(own, options).maxJobs).toBe(limit);
  });
});

it('lets configuration change every option of a handler', () => {
  const own: Required<HandlerOptions> = {
    heartBeat: 1,
    maxJobs: 1,
    completion: 'auto',
    maxAttempts: 1,
    backoff: { type: 'fixed', seconds: 1 },
    timeoutSeconds: 1,
    batch: 1,
  };
  const configured: Required<HandlerOptions> = {
    heartBeat: 2,
    maxJobs: 2,
    completion: 'manual',
    maxAttempts: 2,
    backoff: { type: 'linear', seconds: 2 },
    timeoutSeconds: 2,
    batch: 2,
  };
  const { heartBeat, ...same } = configured;
  expect(resolved(own, { handlers: { 'mail.*': configured } })).toEqual({
    topic: 'mail.welcome',
    heartBeatMs: 2_000,
    ...same,
  });
});

it('lets the narrower pattern have the last word', () => {
  const handlers = { 'mail.welcome': { maxJobs: 3 }, '*': { maxJobs: 1, heartBeat: 60 }, 'mail.*': { maxJobs: 2 } };
  expect(resolved({}, { handlers })).toMatchObject({ maxJobs: 3, heartBeatMs: 60_000 });
});

it('leaves alone what a pattern of another topic says', () => {
  expect(resolved({}, { handlers: { 'sms.*': { maxJobs: 3 } } }).maxJobs).toBe(10);
});

it('has twenty attempts in auto and no limit in manual', () => {
  expect([resolved().maxAttempts, resolved({}, {}, 'manual').maxAttempts]).toEqual([20, null]);
});

it('follows the completion that configuration gives it', () => {
  const handlers = { '*': { completion: 'manual' as const } };
  expect(resolved({}, { handlers }, 'auto')).toMatchObject({ completion: 'manual', maxAttempts: null });
});

it('is frozen', () => {
  expect(Object.isFrozen(resolved())).toBe(true);
});

it('lists all faults of a handler under its name, with what was meant', () => {
  const own = { maxjobs: 3, heartBeat: -1, backoff: { type: 'cubic' } } as unknown as HandlerOptions;
  expect(() => resolved(own)).toThrow(
    /^Mailer\.send: 3 problems\n.*did you mean "maxJobs"\?\)\n.*heartBeat: -1 .*\n.*backoff\.type: "cubic"/,
  );
});

it.each<[string, unknown]>([
  ['a timeout of 0', { timeoutSeconds: 0 }],
  ['a completion that does not exist', { completion: 'later' }],
  ['half an attempt', { maxAttempts: 0.5 }],
  ['a backoff that is a number', { backoff: 5 }],
  ['options that are null', null],
])('refuses %s', (_, own) => {
  expect(() => resolved(own as HandlerOptions)).toThrow(/Mailer\.send: 1 problem\n/);
});

it('refuses a topic that cannot be', () => {
  expect(() => resolved({}, {}, 'auto', '')).toThrow('a topic cannot be empty');
});

describe('a process', () => {
  it.each([
    ['works on everything', true, true],
    ['works on nothing', false, false],
    ['works on what is named', { only: ['mail.*'] }, true],
    ['leaves what is not named', { only: ['sms'] }, false],
    ['leaves what is excepted', { except: ['mail.*'] }, false],
    ['works on what is not excepted', { except: ['sms'] }, true],
  ])('%s', (_, workers, works) => {
    expect(worksOn(workers, 'mail.welcome')).toBe(works);
  });
});
