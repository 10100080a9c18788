/** Jest reporter: closes the run with the plain line `N passed, N failed`, and in CI fails a run that skipped a test. */
export default class Tally {
  constructor({ testNamePattern }) {
    this.strict = !testNamePattern && !['', '0', 'false', undefined].includes(process.env.CI);
    // Jest prints its own summary after every other reporter: this is the one moment that comes later.
    process.once('exit', () => this.line && process.stdout.write(`\n${this.line}\n`));
  }

  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) => file.testResults.filter(isSkipped));
    if (this.strict && skipped.length > 0) {
      const names = skipped.map(({ fullName }) => `  ${fullName}`);
      this.error = new Error(`In CI no test may be skipped:\n${names.join('\n')}`);
      process.stderr.write(`\n${this.error.message}\n`);
    }
    // A file that could not be run has no failed tests of its own.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + (this.error ? skipped.length : 0);
    this.line = `${results.numPassedTests} passed, ${failed} failed`;
  }

  /** Jest asks for it, and an error fails the run. */
  getLastError() {
    return this.error;
  }
}

const isSkipped = ({ status }) => status !== 'passed' && status !== 'failed';
