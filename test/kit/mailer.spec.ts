/** A user's suite: the same file under Jest and under Vitest, which both know these globals. */
import { Test, type TestingModule } from '@nestjs/testing';
import { ProgrammaService } from 'programma';
import { ProgrammaTester, ProgrammaTestingModule } from 'programma/testing';
import { Mailer } from './mailer.js';

let app: TestingModule;
let tester: ProgrammaTester;

beforeEach(async () => {
  app = await Test.createTestingModule({
    imports: [ProgrammaTestingModule.forRoot({ connectionString: process.env.KIT_DATABASE_URL })],
    providers: [Mailer],
  }).compile();
  await app.init();
  tester = app.get(ProgrammaTester);
});
afterEach(() => app.close());

it('adds a welcome at the sign-up, and runs nothing by itself', async () => {
  await app.get(Mailer).signUp('Ada');
  const [added] = await tester.added('mail.welcome');
  expect(added).toMatchObject({ state: 'created', data: { name: 'Ada' } });
  expect(app.get(Mailer).sent).toEqual([]);
});

it('performs one handler', async () => {
  expect(await tester.perform('mail.welcome', { name: 'Bob' })).toEqual({ sentTo: 'Bob' });
});

it('drains what is due', async () => {
  await app.get(Mailer).signUp('Ada');
  expect(await tester.drain()).toEqual({ completed: 1 });
  expect(app.get(Mailer).sent).toEqual(['welcome Ada']);
});

it('lets three days pass, and four weeks', async () => {
  await app.get(Mailer).signUp('Ada');
  await app.get(ProgrammaService).pauseSchedule('mail.digest');
  await tester.passTime(3 * 86_400);
  expect(app.get(Mailer).sent).toEqual(['welcome Ada', 'reminder Ada']);
  await app.get(ProgrammaService).resumeSchedule('mail.digest');
  expect(await tester.passTime(28 * 86_400)).toEqual({ completed: 4 });
  expect(app.get(Mailer).sent.slice(2)).toEqual(Array(4).fill('digest 1'));
});
