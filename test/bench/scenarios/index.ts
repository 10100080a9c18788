/** All scenarios, in the order in which they run. */
import type { Scenario } from '../scenario.js';
import { add } from './add.js';
import { backlog } from './backlog.js';
import { churn } from './churn.js';
import { cost } from './cost.js';
import { drain } from './drain.js';
import { future, future15 } from './future.js';
import { history } from './history.js';
import { idle } from './idle.js';
import { latency } from './latency.js';
import { payload } from './payload.js';
import { precision } from './precision.js';
import { secondBurst } from './second-burst.js';
import { snapshot } from './snapshot.js';
import { steady } from './steady.js';

export const SCENARIOS: readonly Scenario[] = [
  drain,
  add,
  latency,
  precision,
  backlog,
  future,
  future15,
  history,
  snapshot,
  steady,
  secondBurst,
  churn,
  idle,
  payload,
  cost,
];
