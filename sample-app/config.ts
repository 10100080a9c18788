/** What can be configured from outside, with @nestjs/config: the app's own settings, and Programma's options. */
import { registerAs } from '@nestjs/config';
import type { ProgrammaModuleOptions } from 'programma';
import { handOff } from './handed-off/orders-in-bullmq.js';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

export const appConfig = registerAs('app', () => ({
  welcomeAfterSeconds: number('WELCOME_AFTER_SECONDS', 10),
  reportEverySeconds: number('REPORT_EVERY_SECONDS', 60),
}));

export const programmaConfig = registerAs(
  'programma',
  (): ProgrammaModuleOptions => ({
    connectionString: process.env.DATABASE_URL,
    // By topic, and stronger than what @ProcessJob says.
    handlers: {
      'order.*': { backoff: { type: 'fixed', seconds: number('PAYMENT_RETRY_SECONDS', 4) } },
      'mail.*': { maxJobs: number('MAILS_AT_ONCE', 3) },
    },
    // Where Redis answers and the package is there, orders go to BullMQ.
    handOff,
    retention: { completedSeconds: 24 * 3600 },
  }),
);
