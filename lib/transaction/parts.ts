/** Takes a statement apart for those who do not know `$1`: texts and the values between them, in the order of the text. */
export type Part = { readonly text: string } | { readonly value: unknown };

export function parts(text: string, values: readonly unknown[]): Part[] {
  // A capturing group puts the numbers between the texts.
  return text
    .split(/\$(\d+)/)
    .map((piece, i): Part => (i % 2 === 0 ? { text: piece } : { value: values[Number(piece) - 1] }));
}

/** The same with a `?` for each value; our statements have no other `?`. */
export function questioned(text: string, values: readonly unknown[]): [text: string, values: unknown[]] {
  const all = parts(text, values);
  return [
    all.map((part) => ('text' in part ? part.text : '?')).join(''),
    all.flatMap((part) => ('text' in part ? [] : [part.value])),
  ];
}
