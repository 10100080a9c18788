/** Methods whose jobs come by themselves. */
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Job, RecurringJob } from 'programma';
import { anApp, faultOf } from './an-app.js';

it('runs a method at each tick, and tells it the moment that was named', async () => {
  let ran: (job: Job) => void = () => {};
  const first = new Promise<Job>((resolve) => {
    ran = resolve;
  });
  @Injectable()
  class Reports {
    @RecurringJob('reports.each-second', '* * * * * *', {
      timeZone: 'Europe/Berlin',
      overlap: 'skip',
      maxAttempts: 3,
      data: { of: 'yesterday' },
    })
    build(job: Job) {
      ran(job);
    }
  }
  const { jobs } = await anApp({ providers: [Reports] });
  const job = await first;
  expect([job.tick?.getMilliseconds(), job.data, job.maxAttempts]).toEqual([0, { of: 'yesterday' }, 3]);
  expect(await jobs.schedules()).toMatchObject([
    { name: 'reports.each-second', timeZone: 'Europe/Berlin', overlap: 'skip', state: 'running' },
  ]);
});

it('refuses a bad pattern when the application starts, and names class and method', async () => {
  @Injectable()
  class Reports {
    @RecurringJob('reports.bad', '99 * * * *')
    build() {}
  }
  const fault = await faultOf({ providers: [Reports] });
  expect(fault.message).toMatch(/Reports\.build.*"99 \* \* \* \*" is no cron pattern/s);
});
