/** To whom a job may be handed, for how long, and what becomes of it when nothing is heard. */
import { InvalidJobError } from '../base/errors.js';

export interface HandingOver {
  /** So long until it is taken back when nobody has reported; said again, the time begins anew. Default: for ever. */
  timeoutSeconds?: number | undefined;
  /** Who has it, as `lost by …` among its errors names it. Default `by hand`. */
  by?: string | undefined;
  /** Taken back, it goes into the queue (`retry`, the default; `failed` when its attempts are spent), or it fails. */
  whenLost?: 'retry' | 'fail' | undefined;
}

export interface HandedOver {
  readonly worker: string;
  readonly timeoutSeconds: number | undefined;
  readonly fails: boolean;
}

const MOST_SECONDS = 1e10;
const LONGEST_NAME = 200;

/** @throws InvalidJobError */
export function checkHandingOver(to: HandingOver): HandedOver {
  const { timeoutSeconds, by = 'by hand', whenLost = 'retry' } = to ?? {};
  if (timeoutSeconds !== undefined)
    if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0 && timeoutSeconds <= MOST_SECONDS))
      throw new InvalidJobError(`timeoutSeconds is a number of seconds above 0, not ${String(timeoutSeconds)}`);
  if (typeof by !== 'string' || by === '' || by.length > LONGEST_NAME || by.includes('\u0000') || !by.isWellFormed())
    throw new InvalidJobError(`by: names who has the job, in 1 to ${LONGEST_NAME} characters`);
  if (whenLost !== 'retry' && whenLost !== 'fail')
    throw new InvalidJobError(`whenLost is "retry" or "fail", not ${JSON.stringify(whenLost)}`);
  return { worker: by, timeoutSeconds, fails: whenLost === 'fail' };
}
