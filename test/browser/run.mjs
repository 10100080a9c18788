/** Looks at the sample app's page with a browser: Debian's chromium. Run by `npm run check`, after the build. */
import { existsSync } from 'node:fs';
import { keep } from '../support/checks.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

if (existsSync(CHROMIUM)) {
  const { checks, cleanUp } = await import('./page.mjs');
  await keep(checks(CHROMIUM), cleanUp);
} else if (process.env.CI) {
  throw new Error(`There is no ${CHROMIUM}, and in CI nothing may be skipped: apt-get install chromium`);
} else {
  console.log(`There is no ${CHROMIUM}: the sample app's page is not looked at. CI does it.`);
}
