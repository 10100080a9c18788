/** SQS: an emulator, or what SQS_ENDPOINT names. */
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { sqsBroker } from './brokers/sqs.js';

behavesAsHandOff('sqs', sqsBroker);
