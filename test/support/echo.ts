/** The script of `support.spec.ts`: says hello, and stays unless it is to be brief. */
console.log(JSON.stringify({ event: 'ready', greeting: process.env.GREETING }));
if (!process.env.BRIEF) setInterval(() => {}, 1000);
