/** Which methods become handlers, and on which instance they run. */
import { expect, it, jest } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { type Job, ProcessJob } from 'programma';
import { anApp } from './an-app.js';

@Injectable()
class Mailer {
  private readonly from = 'us';

  @ProcessJob('mail.welcome')
  async welcome(job: Job<{ to: string }>) {
    return { from: this.from, to: job.data.to };
  }

  @ProcessJob('mail.bye')
  @ProcessJob('mail.late')
  async bye(job: Job) {
    return job.topic;
  }
}

it('runs a method on its provider, and takes what it returns as the result', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect(await run('mail.welcome', { data: { to: 'you' } })).toMatchObject({
    state: 'completed',
    result: { from: 'us', to: 'you' },
  });
});

it('lets a method have several topics, and a class several methods', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect((await run('mail.bye')).result).toBe('mail.bye');
  expect((await run('mail.late')).result).toBe('mail.late');
});

it('finds inherited methods, also where the subclass overrides them without a word', async () => {
  @Injectable()
  class Polite extends Mailer {
    override async bye(job: Job) {
      return `dear ${await super.bye(job)}`;
    }
  }
  const { run } = await anApp({ providers: [Polite] });
  expect((await run('mail.welcome', { data: { to: 'you' } })).state).toBe('completed');
  expect((await run('mail.bye')).result).toBe('dear mail.bye');
});

it('keeps a handler whose method another decorator replaces', async () => {
  const loud: MethodDecorator = (_prototype, _name, descriptor) => {
    const quiet = descriptor.value as unknown as () => Promise<string>;
    descriptor.value = async function (this: unknown) {
      return `${await quiet.call(this)}!`;
    } as never;
  };
  @Injectable()
  class Caller {
    @loud
    @ProcessJob('call')
    async call() {
      return 'hello';
    }
  }
  const { run } = await anApp({ providers: [Caller] });
  expect((await run('call')).result).toBe('hello!');
});

it('takes a class once that several modules and aliases provide, and says so', async () => {
  @Module({ providers: [Mailer], exports: [Mailer] })
  class One {}
  @Module({ providers: [Mailer] })
  class Two {}
  @Module({ imports: [One], providers: [{ provide: 'alias', useExisting: Mailer }] })
  class OnlyAnAlias {}
  const warn = jest.fn();
  const logger = { warn, error: jest.fn(), log: jest.fn(), debug: jest.fn() };
  const { run } = await anApp({ imports: [OnlyAnAlias, One, Two] }, { logger });
  expect((await run('mail.bye')).result).toBe('mail.bye');
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/Mailer is provided by (One and by Two|Two and by One),/)]]);
});

it('finds handlers of values and of what factories make', async () => {
  class Counter {
    constructor(private readonly start: number) {}
    async count(job: Job) {
      return `${job.topic} ${this.start}`;
    }
  }
  class Value extends Counter {
    @ProcessJob('value')
    override count(job: Job) {
      return super.count(job);
    }
  }
  class Made extends Counter {
    @ProcessJob('made')
    override count(job: Job) {
      return super.count(job);
    }
  }
  const { run } = await anApp({
    providers: [
      { provide: 'value', useValue: new Value(1) },
      { provide: 'made', inject: ['value'], useFactory: async () => new Made(2) },
    ],
  });
  expect((await run('value')).result).toBe('value 1');
  expect((await run('made')).result).toBe('made 2');
});

it('looks past providers that are no objects, have no class, or do not like to be looked at', async () => {
  const prickly = new Proxy(
    {},
    {
      get: (_target, key) => {
        // Nest itself asks for these.
        if (typeof key === 'symbol' || /^(then|constructor|(on|before)[A-Z].*)$/.test(key)) return undefined;
        throw new Error('not outside of a request');
      },
      getPrototypeOf: () => {
        throw new Error('not outside of a request');
      },
    },
  );
  const values = [null, undefined, 1, 'text', () => 1, Object.create(null), { a: 1 }];
  const { run } = await anApp({
    providers: [
      Mailer,
      ...values.map((useValue, at) => ({ provide: `value ${at}`, useValue })),
      { provide: 'prickly', useFactory: () => prickly },
    ],
  });
  expect((await run('mail.bye')).state).toBe('completed');
});

it('never runs a getter to find out what it is', async () => {
  const looked = jest.fn();
  @Injectable()
  class Lazy {
    constructor(@Inject('id') readonly id: number) {}
    get secret() {
      looked();
      return 1;
    }
    @ProcessJob('lazy')
    async run() {
      return this.id;
    }
  }
  const { run } = await anApp({ providers: [Lazy, { provide: 'id', useValue: 7 }] });
  expect((await run('lazy')).result).toBe(7);
  expect(looked).not.toHaveBeenCalled();
});
