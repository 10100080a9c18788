/** The module's option `handOff`. */
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ProcessJob, ProgrammaModule, type Target } from 'programma';
import { eventually } from '../support/eventually.js';
import { anApp, faultOf, where } from './an-app.js';

@Injectable()
class Mailer {
  @ProcessJob('mail.own')
  own() {
    return 'here';
  }
}

const aTarget = (ids: string[]): Target => ({
  broker: 'memory',
  options: { deadlineSeconds: 60, whenLost: 'retry', batch: 10, confirmMs: 1_000 },
  async deliver(messages) {
    ids.push(...messages.map(({ id }) => id));
    return { confirmed: messages.map(({ id }) => id) };
  },
  ping: async () => undefined,
  close: async () => undefined,
});

it('hands the topics of a pattern over, and leaves those with a handler to it', async () => {
  const ids: string[] = [];
  const root = ProgrammaModule.forRoot({ ...(await where()), handOff: { 'mail.*': aTarget(ids) } });
  const { run, jobs } = await anApp({ imports: [root], providers: [Mailer] }, false);
  expect((await run('mail.own')).result).toBe('here');
  const id = await jobs.addJob('mail.welcome');
  await eventually(async () => (await jobs.getJob(id))?.state === 'processing');
  expect(ids).toEqual([id]);
});

it('refuses what is no target, and a topic that has a handler, before anything starts', async () => {
  const bad = ProgrammaModule.forRoot({ ...(await where()), handOff: { 'mail.*': {} as Target } });
  await expect(faultOf({ imports: [bad], providers: [Mailer] }, false)).rejects.toThrow(
    /handOff\['mail\.\*'\]: .*bullmq/,
  );
  const twice = ProgrammaModule.forRoot({ ...(await where()), handOff: { 'mail.own': aTarget([]) } });
  expect((await faultOf({ imports: [twice], providers: [Mailer] }, false)).message).toMatch(/mail\.own.*two handlers/);
});
