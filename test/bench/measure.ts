/** Times, rates, medians and spreads. */

export const ms = (): number => performance.now();

/** Milliseconds since 1970, finer than Date.now(): comparable between processes of one machine. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two values it lies between them, so that the median of an even number is no extreme. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

/** Seconds that the work took. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = ms();
  await work();
  return (ms() - start) / 1_000;
}

/** Calls `work` from so many callers at once, each after the other has answered, `times` in all; per second. */
export async function rateOf(callers: number, times: number, work: () => Promise<unknown>): Promise<number> {
  let left = times;
  const caller = async () => {
    while (left-- > 0) await work();
  };
  const seconds = await secondsOf(() => Promise.all(Array.from({ length: callers }, caller)));
  return times / seconds;
}
