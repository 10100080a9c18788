/** Microseconds on the clock that every process of a machine shares and nobody sets. */
export const nowMicros = (): number => Number(process.hrtime.bigint() / 1000n);
