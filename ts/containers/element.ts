// Single elements of plain arrays, of which may come numbers or arrays.
//
// Not by an index: where one place of a program reads numbers from some arrays and arrays from others, V8 turns those of numbers into
// arrays of objects, one for each number. They stay so, and whoever reads or writes them then takes several times as long.

/** Chromium 91 does not have it. */
const { at } = Array.prototype as { readonly at?: (index: number) => unknown };

/** An element of a plain array, a number or an array. */
export const elementAt = (array: readonly unknown[], index: number): unknown => (at ? at.call(array, index) : array[index]);
