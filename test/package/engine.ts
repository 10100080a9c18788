/** A program without Nest, which engine.mjs compiles and runs. */
import { defineTopic, type Job, Programma } from 'programma/engine';

const Double = defineTopic<number>('double');
const programma = new Programma({ logger: false }, 'engine without Nest');
programma.processJobs({ topicName: Double, completion: 'auto' }, async (job: Job<number>) => job.data * 2);
await programma.start();
const { state, result } = await programma.waitForJob(await programma.addJob(Double, { data: 21 }));
await programma.shutdown();
console.log(JSON.stringify({ state, result }));
