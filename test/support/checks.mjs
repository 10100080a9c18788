/** Runs promises that take too long, or need too much, for `npm test`; ends with the plain line `N passed, M failed`. */

/** @param checks [promise, how it is kept] each @param afterwards runs in any case */
export async function keep(checks, afterwards) {
  let passed = 0;
  try {
    for (const [promise, check] of checks) {
      const start = performance.now();
      try {
        await check();
        passed++;
        console.log(`  ✓ ${promise} (${Math.round(performance.now() - start)} ms)`);
      } catch (error) {
        console.log(`  ✗ ${promise}\n${String(error?.stack ?? error).replace(/^/gm, '      ')}`);
      }
    }
  } finally {
    await afterwards();
  }
  console.log(`\n${passed} passed, ${checks.length - passed} failed`);
  process.exitCode = passed === checks.length ? 0 : 1;
}
