/** A program without Nest, which engine.mjs compiles and runs: a queue, and a test of one. */
import { defineTopic, type Job, Programma } from 'programma/engine';
import { ProgrammaTester } from 'programma/testing/engine';

const Double = defineTopic<number>('double');
const programma = new Programma({ logger: false }, 'engine without Nest');
programma.processJobs({ topicName: Double, completion: 'auto' }, async (job: Job<number>) => job.data * 2);
await programma.connect();
const performed = await new ProgrammaTester(programma).perform('double', 4);
await programma.start();
const { state, result } = await programma.waitForJob(await programma.addJob(Double, { data: 21 }));
await programma.shutdown();
console.log(JSON.stringify({ performed, state, result }));
