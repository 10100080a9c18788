/** What is wrong fails the start, all at once, with the place and the remedy. */
import { expect, it } from '@jest/globals';
import { Controller, Injectable, Module, ParseIntPipe, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BootError,
  CurrentJob,
  DuplicateHandlerError,
  DuplicateInstanceError,
  DuplicateScheduleError,
  InvalidHandlerError,
  Job,
  MisplacedHandlerError,
  OnJobEvent,
  OptionsError,
  Payload,
  ProcessJob,
  ProgrammaModule,
  RecurringJob,
  UnknownInstanceError,
} from 'programma';
import { faultOf, where } from './an-app.js';

@Injectable()
class Mailer {
  @ProcessJob('mail')
  async send() {}
}

@Injectable()
class OldMailer {
  @ProcessJob('mail')
  async post() {}
}

it('names both handlers of one topic, with module, class and method', async () => {
  @Module({ providers: [OldMailer] })
  class LegacyModule {}
  const fault = await faultOf({ imports: [LegacyModule], providers: [Mailer] });
  expect(fault).toBeInstanceOf(DuplicateHandlerError);
  expect(fault.message).toContain('"mail" has two handlers');
  expect(fault.message).toContain('RootTestModule > Mailer.send');
  expect(fault.message).toContain('LegacyModule > OldMailer.post');
});

it('names the handler of an instance that does not exist, and those that do', async () => {
  @Injectable()
  class Reports {
    @ProcessJob('report', { instance: 'reporting' })
    async build() {}
  }
  const fault = await faultOf({ providers: [Reports] });
  expect(fault).toBeInstanceOf(UnknownInstanceError);
  expect(fault.message).toMatch(/RootTestModule > Reports\.build .*"reporting".*known: default.*forRoot\(\{ name:/);
});

it('refuses two roots of one name, and says who imports them', async () => {
  @Module({ imports: [ProgrammaModule.forRoot(await where())] })
  class MailModule {}
  const fault = await faultOf({ imports: [MailModule] });
  expect(fault).toBeInstanceOf(DuplicateInstanceError);
  expect(fault.message).toMatch(/"default".*imported by (RootTestModule and by MailModule|MailModule and by RootT)/);
});

it('refuses a module without a root, which would find no handler', async () => {
  const made = Test.createTestingModule({ imports: [ProgrammaModule], providers: [Mailer] }).compile();
  await expect(made).rejects.toThrow(/imported without forRoot.*ProgrammaModule\.forRoot/);
});

it('takes one root that two modules import as one', async () => {
  const root = ProgrammaModule.forRoot(await where());
  @Module({ imports: [root] })
  class MailModule {}
  const app = await Test.createTestingModule({ imports: [root, MailModule] }).compile();
  await app.init();
  await app.close();
});

it('refuses handlers and listeners of controllers, and static ones', async () => {
  @Controller()
  class Mails {
    @ProcessJob('a')
    async a() {}
    @OnJobEvent('job:failed')
    b() {}
  }
  @Injectable()
  class Statics {
    @ProcessJob('c')
    static async c() {}
  }
  const fault = (await faultOf({ controllers: [Mails], providers: [Statics] })) as BootError;
  expect(fault).toBeInstanceOf(BootError);
  expect(fault.errors.map((error) => error.constructor)).toEqual(Array(3).fill(MisplacedHandlerError));
  for (const place of ['Mails.a', 'Mails.b', 'Statics.c']) expect(fault.message).toContain(place);
});

it('refuses bad handler options, with a suggestion', async () => {
  @Injectable()
  class Typo {
    @ProcessJob('a', { maxJob: 3, heartBeat: 0 } as object)
    async run() {}
  }
  const fault = await faultOf({ providers: [Typo] });
  expect(fault).toBeInstanceOf(OptionsError);
  expect(fault.message).toMatch(/RootTestModule > Typo\.run: 2 problems/);
  expect(fault.message).toContain('unknown option "maxJob" (did you mean "maxJobs"?)');
  expect(fault.message).toContain('heartBeat: 0 is not a number of seconds');
});

it('refuses a listener of an event that there is not, and one of a topic that cannot be', async () => {
  @Injectable()
  class Audit {
    @OnJobEvent('job:faild' as 'job:failed')
    typo() {}
    @OnJobEvent('job:failed', '')
    empty() {}
  }
  const fault = await faultOf({ providers: [Audit] });
  expect(fault.message).toMatch(/RootTestModule > Audit\.typo .*"job:faild".*\(did you mean "job:failed"\?\)/);
  expect(fault.message).toMatch(/RootTestModule > Audit\.empty: .*a topic cannot be empty/);
});

it('refuses a parameter that would be undefined, since others have a decorator', async () => {
  @Injectable()
  class Half {
    @ProcessJob('half')
    async run(_job: Job, @Payload() _data: unknown) {}
    @ProcessJob('whole')
    async whole(@CurrentJob() _job: Job, @Payload() _data: unknown, _more = 1) {}
  }
  const fault = await faultOf({ providers: [Half] });
  expect(fault).toBeInstanceOf(InvalidHandlerError);
  expect(fault.message).toMatch(/RootTestModule > Half\.run: its parameter 1 would be undefined.*@CurrentJob\(\)/);
});

it('refuses a guard and a pipe that Nest would leave out, around what a factory made', async () => {
  @Injectable()
  class Never {
    canActivate() {
      return false;
    }
  }
  @Injectable()
  class Guarded {
    @ProcessJob('guarded.factory')
    @UseGuards(Never)
    async run() {}
    @ProcessJob('piped.factory')
    async piped(@Payload(ParseIntPipe) _n: number) {}
    @ProcessJob('instances.factory')
    @UseGuards(new Never())
    async instances(@Payload(new ParseIntPipe()) _n: number) {}
  }
  const fault = await faultOf({ providers: [{ provide: 'made', useFactory: () => new Guarded() }] });
  expect(fault.message).toMatch(/Guarded\.run: Nest would leave out Never, .* Give an instance/);
  expect(fault.message).toMatch(/Guarded\.piped: Nest would leave out ParseIntPipe/);
  expect(fault.message).not.toContain('instances');
});

it('refuses two schedules of one name', async () => {
  @Injectable()
  class Reports {
    @RecurringJob('nightly', '0 2 * * *', { topic: 'a' })
    async a() {}
    @RecurringJob('nightly', '0 3 * * *', { topic: 'b' })
    async b() {}
  }
  const fault = await faultOf({ providers: [Reports] });
  expect(fault).toBeInstanceOf(DuplicateScheduleError);
  expect(fault.message).toMatch(/"nightly": of RootTestModule > Reports\.a and of RootTestModule > Reports\.b/);
});

it('refuses marks on getters', async () => {
  const onGetter = (mark: object) => mark as MethodDecorator;
  @Injectable()
  class Getters {
    @onGetter(ProcessJob('a'))
    get a() {
      return () => {};
    }
    @onGetter(OnJobEvent('job:failed'))
    get b() {
      return () => {};
    }
  }
  const fault = (await faultOf({ providers: [Getters] })) as BootError;
  expect(fault.errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/Getters\.a has @ProcessJob and is not a method/),
    expect.stringMatching(/Getters\.b has @OnJobEvent and is not a method/),
  ]);
});

it('says everything at once', async () => {
  @Injectable()
  class Everything {
    @ProcessJob('')
    async empty() {}
    @ProcessJob('x', { instance: 'nowhere', maxJobs: 0 })
    async nowhere() {}
  }
  const fault = (await faultOf({ providers: [Mailer, OldMailer, Everything] })) as BootError;
  expect(fault.errors.map((error) => error.constructor).sort()).toEqual(
    [DuplicateHandlerError, OptionsError, OptionsError, UnknownInstanceError].sort(),
  );
  expect(fault.message).toContain('4 problems');
});

it('refuses bad module options when the application is made', async () => {
  const options = { conectionString: 'x', maxJobs: 0, enhancers: { global: 'yes' } } as object;
  const made = Test.createTestingModule({ imports: [ProgrammaModule.forRoot(options)] }).compile();
  const fault = await made.catch((error: Error) => error);
  expect(fault).toBeInstanceOf(OptionsError);
  expect((fault as OptionsError).problems).toEqual([
    expect.stringContaining('did you mean "connectionString"?'),
    expect.stringContaining('maxJobs: 0'),
    expect.stringContaining('enhancers.global: "yes" is not true or false'),
  ]);
});

it('says where the name belongs when a factory returns it', async () => {
  const root = ProgrammaModule.forRootAsync({ useFactory: () => ({ name: 'reports' }) as object });
  const made = Test.createTestingModule({ imports: [root] }).compile();
  await expect(made).rejects.toThrow('forRootAsync({ name, useFactory })');
});

it('refuses a root without a factory, and a name that is none', () => {
  expect(() => ProgrammaModule.forRootAsync({})).toThrow('give one of useFactory, useClass and useExisting');
  expect(() => ProgrammaModule.forRoot({ name: '' })).toThrow('name: "" is no name');
});
