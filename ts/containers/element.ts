// Single elements of plain arrays, which may be numbers or arrays.
//
// They are not read by an index: if one place of a program reads numbers from some arrays and arrays from others, V8 turns the
// arrays of numbers into arrays of objects, one object for each number. They stay so, and whoever reads or writes them afterwards
// takes several times as long.

interface WithAt {
  readonly length: number;
  at?(index: number): unknown;
}

/** Missing in Chromium 91. */
const { at } = Array.prototype as WithAt;

/**
 * An element of a plain array, a number or an array. It is read by the method `at`, which V8 compiles to a load of 2 ns (with
 * `call` it takes 23); by the index if the caller has replaced that method.
 */
export function elementAt(array: readonly unknown[], index: number): unknown {
  const withAt: WithAt = array;
  return at !== undefined && withAt.at === at ? withAt.at(index) : array[index];
}
