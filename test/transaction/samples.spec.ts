/** The samples of the documentation that need an ORM. */
import { runsItsSamples } from '../docs/run-samples.js';

runsItsSamples('test/transaction');
