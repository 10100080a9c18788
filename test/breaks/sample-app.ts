/** Breaks of the sample app, of its embedded server, and of what the papers say. */
import { type Break, change } from './break.js';

const APP = 'test/sample-app/app.spec.ts';

export const SAMPLE_APP: readonly Break[] = [
  {
    part: '3.4 sample app: a welcome mail for later',
    what: 'it is sent at once',
    changes: change('../sample-app/sign-ups/sign-ups.ts', 'runAfterSeconds: this.config.welcomeAfterSeconds,', ''),
    spec: APP,
    red: ['sends a welcome mail a little while after'],
  },
  {
    part: '3.4 sample app: sign-ups',
    what: 'any address will do',
    changes: change('../sample-app/main.ts', /app\.useGlobalPipes\(.*\);/, ''),
    spec: APP,
    red: ['refuses an address that is none'],
  },
  {
    part: '3.4 sample app: a flaky gateway',
    what: 'its errors are final',
    changes: change(
      '../sample-app/orders/payments.ts',
      'const receipt = await this.gateway.charge(job.id, order.euros, job.signal);',
      'const receipt = await this.gateway.charge(job.id, order.euros, job.signal).catch((error) => {\n            throw new NonRetryableError(error.message);\n        });',
    ),
    spec: APP,
    red: ['tries a payment again until the gateway answers'],
  },
  {
    part: '3.4 sample app: a card that does not allow it',
    what: 'it is tried again',
    changes: change('../sample-app/orders/payments.ts', 'throw new NonRetryableError(', 'throw new Error('),
    spec: APP,
    red: ['fails a payment at once that the card does not allow'],
  },
  {
    part: '3.4 sample app: a report that adds its own next run',
    what: 'it adds none',
    changes: change('../sample-app/reports/report.ts', 'await this.addNext();', ''),
    spec: APP,
    red: ['writes a report again and again'],
  },
  {
    part: '3.4 sample app: @nestjs/config',
    what: 'back-off cannot be configured',
    changes: change('../sample-app/config.ts', /'order\.\*': \{.*\},/, ''),
    spec: APP,
    red: ['tries a payment again until the gateway answers'],
  },
  {
    part: '3.4 sample app: a README with five steps',
    what: 'a command has another address than the app',
    changes: change('../sample-app/README.md', 'localhost:3000/orders', 'localhost:3000/order'),
    spec: APP,
    red: ['does what each command of its README says'],
  },
];
