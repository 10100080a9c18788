/** Jest's globalSetup: it is loaded by Node itself, so it makes Node read TypeScript first. */
import './typescript.mjs';

const { begin } = await import('./run.ts');

export default begin;
