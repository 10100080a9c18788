/** What the compiler knows of topics: read by `npm run types`, run by nobody. */
import { type } from 'arktype';
import {
  CurrentJob,
  defineTopic,
  Job,
  type NewJob,
  Payload,
  type PayloadOf,
  ProcessJob,
  type Programma,
  type Topic,
} from 'programma';
import * as v from 'valibot';
import { z } from 'zod';

declare const programma: Programma;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

const Welcome = defineTopic<{ userId: number }>('mail.welcome');
const Zod = defineTopic('invoice.due', z.object({ cents: z.coerce.number<string | number>(), at: z.iso.datetime() }));
const Valibot = defineTopic('v', v.object({ n: v.pipe(v.string(), v.transform(Number)) }));
const Ark = defineTopic('a', type({ kind: "'x' | 'y'" }));

// -- a topic's types: what goes in, what comes out
same<typeof Welcome, Topic<{ userId: number }>>(true);
same<PayloadOf<typeof Welcome>, { userId: number }>(true);
same<PayloadOf<typeof Zod>, { cents: number; at: string }>(true);
same<PayloadOf<typeof Valibot>, { n: number }>(true);
same<PayloadOf<typeof Ark>, { kind: 'x' | 'y' }>(true);
// @ts-expect-error a schema follows Standard Schema
defineTopic('x', { parse: () => 1 });

// -- addJob
programma.addJob(Welcome, { data: { userId: 1 }, runAfterSeconds: 3, priority: 0 });
programma.addJob(Zod, { data: { cents: '1999', at: '2027-01-01T00:00:00Z' } });
programma.addJob(Valibot, { data: { n: '7' } });
programma.addJob(Ark, { data: { kind: 'x' } });
// @ts-expect-error its payload has a user
programma.addJob(Welcome, { data: {} });
// @ts-expect-error the payload must be there
programma.addJob(Welcome, { runAfterSeconds: 1 });
// @ts-expect-error nor can everything be left out
programma.addJob(Welcome);
// @ts-expect-error a number is none of this schema's input
programma.addJob(Valibot, { data: { n: 7 } });
// @ts-expect-error z is none of the kinds
programma.addJob(Ark, { data: { kind: 'z' } });
// @ts-expect-error nobody knows this
programma.addJob(Welcome, { data: { userId: 1 }, runAfter: 3 });

// -- addJob by name takes any payload, or a type that is said
programma.addJob('a name', { data: { whatever: true } });
programma.addJob('a name');
programma.addJob<{ userId: number }>('a name', { data: { userId: 1 } });
// @ts-expect-error the type that was said
programma.addJob<{ userId: number }>('a name', { data: { userId: '1' } });

// -- addJobs: each by its own topic
programma.addJobs([
  { topic: Welcome, data: { userId: 1 } },
  { topic: Zod, data: { cents: 3, at: '' }, priority: 1 },
  { topic: 'a name', data: 7 },
  { topic: 'another' },
]);
const made: NewJob[] = [{ topic: 'a name', data: 1 }];
programma.addJobs(made);
programma.addJobs([1, 2, 3].map((userId) => ({ topic: Welcome, data: { userId } })));
programma.addJobs([1, 2, 3].map((n) => ({ topic: 'a name', data: { n } })));
// @ts-expect-error its payload has a user
programma.addJobs([{ topic: Welcome, data: { user: 1 } }]);
// @ts-expect-error the second one's payload is missing
programma.addJobs([{ topic: 'a name' }, { topic: Welcome }]);
// @ts-expect-error nor many that are made
programma.addJobs([1, 2, 3].map((user) => ({ topic: Welcome, data: { user } })));

// -- processJobs: what comes out
programma.processJobs({ topicName: Zod, maxJobs: 3 }, (job) =>
  same<typeof job, Job<{ cents: number; at: string }>>(true),
);
programma.processJobs({ topicName: Welcome }, ({ data }) => data.userId.toFixed());
programma.receiveJobs({ topicName: Valibot }, ({ data }) => same<typeof data, { n: number }>(true));
programma.processJobs({ topicName: 'a name' }, (job) => same<typeof job, Job<unknown>>(true));
programma.processJobs({ topicName: 'a name' }, (job: Job<{ userId: number }>) => job.data.userId);
// @ts-expect-error a Job of something else
programma.processJobs({ topicName: Welcome }, (job: Job<{ email: string }>) => job.data.email);
// @ts-expect-error it has no email
programma.processJobs({ topicName: Welcome }, ({ data }) => data.email);
// @ts-expect-error an unknown payload has nothing
programma.processJobs({ topicName: 'a name' }, (job) => job.data.userId);

// -- @ProcessJob: a job of what comes out, or the payload itself
class Handlers {
  @ProcessJob(Zod) one(job: Job<{ cents: number; at: string }>) {
    return job;
  }
  @ProcessJob(Zod) payloadOf(job: Job<PayloadOf<typeof Zod>>) {
    return job;
  }
  @ProcessJob(Zod) payload(@Payload() { cents }: { cents: number }, @CurrentJob() job: Job) {
    return [cents, job];
  }
  @ProcessJob(Zod, { batch: 10 }) many(jobs: Job<{ cents: number; at: string }>[]) {
    return jobs;
  }
  @ProcessJob('a name') named(job: Job<{ userId: number }>) {
    return job;
  }
  // @ts-expect-error a Job of something else
  @ProcessJob(Zod) other(job: Job<{ email: string }>) {
    return job;
  }
  // @ts-expect-error nor the payload of something else
  @ProcessJob(Zod) otherPayload(@Payload() payload: { email: string }) {
    return payload;
  }
  // @ts-expect-error many come as an array
  @ProcessJob(Zod, { batch: 10 }) alone(job: Job<{ cents: number; at: string }>) {
    return job;
  }
}
void Handlers;
