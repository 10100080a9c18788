/** A process that starts the built engine once, says what its log said, and ends. */
const url = new URL('../../dist/engine.js', import.meta.url);
const { Programma } = await import(url.href);

const say = (event) => (message) => console.log(JSON.stringify({ event, message }));
const logger = { error: say('error'), warn: say('warn'), log: say('log'), debug: () => undefined };
const programma = new Programma({ connectionString: process.env.DB, max: 1, logger });
await programma.start();
await programma.shutdown();
