// The little of NumPy that EpyNN's dense layer needs, under NumPy's names; in test/epynn-dense.test.ts as `np`.

/** A matrix, row by row; a container that nonlin takes and gives. */
export interface NdArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

const rowsOf = ({ shape }: NdArray): number => shape[0] as number;
const columnsOf = ({ shape }: NdArray): number => shape[1] as number;

export function zeros(shape: readonly number[]): NdArray {
  return { data: new Float64Array(shape.reduce((size, length) => size * length, 1)), shape };
}

/** A matrix of the elements that `of` gives. */
function filled(rows: number, columns: number, of: (row: number, column: number) => number): NdArray {
  const data = Float64Array.from({ length: rows * columns }, (_, i) => of(Math.floor(i / columns), i % columns));
  return { data, shape: [rows, columns] };
}

const at = (a: NdArray, row: number, column: number): number => a.data[row * columnsOf(a) + column] as number;

export const dot = (a: NdArray, b: NdArray): NdArray =>
  filled(rowsOf(a), columnsOf(b), (i, j) => {
    let sum = 0;
    for (let k = 0; k < columnsOf(a); k++) sum += at(a, i, k) * at(b, k, j);
    return sum;
  });

/** `a.T` */
export const T = (a: NdArray): NdArray => filled(columnsOf(a), rowsOf(a), (i, j) => at(a, j, i));

/** `f(a, b)` element by element; `b` is of the shape of `a`, or one row for all rows of `a`. */
export const map2 = (f: (a: number, b: number) => number, a: NdArray, b: NdArray): NdArray =>
  filled(rowsOf(a), columnsOf(a), (i, j) => f(at(a, i, j), at(b, rowsOf(b) === 1 ? 0 : i, j)));

/** `np.sum(a, axis=0)`, as a row. */
export const sum0 = (a: NdArray): NdArray =>
  filled(1, columnsOf(a), (_, j) => {
    let sum = 0;
    for (let i = 0; i < rowsOf(a); i++) sum += at(a, i, j);
    return sum;
  });

/** `np.sum(a, axis=1)` */
export const sum1 = (a: NdArray): Float64Array =>
  Float64Array.from({ length: rowsOf(a) }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < columnsOf(a); j++) sum += at(a, i, j);
    return sum;
  });

export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** `a[rows]` */
export const take = (a: NdArray, rows: ArrayLike<number>): NdArray =>
  filled(rows.length, columnsOf(a), (i, j) => at(a, rows[i] as number, j));
