// The little linear algebra a dense layer needs. A Matrix is one of the containers nonlin takes and returns.

/** Row by row in `data`; `shape` is [rows, columns]. */
export interface Matrix {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

export function zeros(rows: number, cols: number): Matrix {
  return { data: new Float64Array(rows * cols), shape: [rows, cols] };
}

/** A·B. The inner loop runs along rows of B and of the result, so memory is read in order. */
export function product(a: Matrix, b: Matrix): Matrix {
  const [rows = 0, inner = 0] = a.shape;
  const [, cols = 0] = b.shape;
  const result = zeros(rows, cols);
  const [factors, terms, sums] = [a.data, b.data, result.data];
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = factors[row * inner + k];
      for (let col = 0; col < cols; col++) {
        sums[row * cols + col] += factor * terms[k * cols + col];
      }
    }
  }
  return result;
}

export function transpose(a: Matrix): Matrix {
  const [rows = 0, cols = 0] = a.shape;
  const result = zeros(cols, rows);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      result.data[col * rows + row] = a.data[row * cols + col];
    }
  }
  return result;
}

/** Adds the one-row matrix `row` to every row of `a`, in place. */
export function addRow(a: Matrix, row: Matrix): Matrix {
  const [, cols = 0] = a.shape;
  for (let index = 0; index < a.data.length; index++) {
    a.data[index] += row.data[index % cols];
  }
  return a;
}

/** The sum of all rows, as a one-row matrix. */
export function sumRows(a: Matrix): Matrix {
  const [, cols = 0] = a.shape;
  const result = zeros(1, cols);
  for (let index = 0; index < a.data.length; index++) {
    result.data[index % cols] += a.data[index];
  }
  return result;
}
