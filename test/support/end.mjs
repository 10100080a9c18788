/** Jest's globalTeardown, in the same process as `begin.mjs`. */
import './typescript.mjs';

const { end } = await import('./run.ts');

export default end;
