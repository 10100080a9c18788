/** The three words of Drizzle that drizzle.ts uses: the package itself is 17 MB, and only its users have it. */
declare module 'drizzle-orm' {
  export const sql: {
    raw(text: string): unknown;
    param(value: unknown): unknown;
    join(chunks: unknown[]): unknown;
  };
}
