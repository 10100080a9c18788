import { Programma } from 'programma/engine';
import { openTelemetry } from 'programma/telemetry';

const jobs = new Programma({ connectionString: process.env.DATABASE_URL, telemetry: openTelemetry() });
jobs.processJobs({ topicName: 'topic', completion: 'auto' }, () => {});
await jobs.start();
await jobs.waitForJob(await jobs.addJob('topic'));

const { database, schema, lastLook, oldestDueSeconds } = await jobs.health();
console.log(`database ${database}, schema ${(schema ?? 0) > 0}, looked ${lastLook !== null}, lag ${oldestDueSeconds}`);
const { ageSeconds, limitSeconds } = jobs.pulse() ?? { ageSeconds: 0, limitSeconds: 0 };
console.log(`alive: ${ageSeconds <= limitSeconds}, limit ${limitSeconds} s`);
await jobs.shutdown();
