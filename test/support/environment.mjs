/** Jest's Node environment, which at the end of a spec file undoes what `atTheEnd` noted, the last first. */
import { TestEnvironment } from 'jest-environment-node';

// Jest's workers outlive a Jest that was killed, and with them whatever a test holds. (To listen for 'disconnect' would
// keep a worker from ending by itself.)
const parent = process.ppid;
let watching = false;
function endWithJest() {
  if (watching || !process.send) return;
  watching = true;
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 500).unref();
}

export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    endWithJest();
    this.global.undo = [];
  }

  // After every afterAll, and before Jest takes the file's modules away: no hook of a spec comes at that moment.
  async handleTestEvent(event) {
    if (event.name !== 'run_finish') return;
    for (const act of this.global.undo.reverse()) await act();
  }
}
