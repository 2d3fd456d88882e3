// A pool against the calling thread, with and without shared memory, and a stream; for pages and programs of any host.

/** Throws where a bit differs; otherwise says what was compared, for the report. */
export async function tryPool(nonlin, { createPool, activationStream }, options = {}) {
  const pool = await createPool({ threads: 2, minimum: 0, ...options });
  const same = (got, want) => {
    if (got.length !== want.length || got.some((y, i) => !Object.is(y, want[i]))) throw new Error('the pool gives other bits');
  };
  const buffers = [(bytes) => new ArrayBuffer(bytes)];
  if (globalThis.SharedArrayBuffer) buffers.push((bytes) => new SharedArrayBuffer(bytes));
  for (const buffer of buffers) {
    const x = new Float64Array(buffer(1_600_000)).map((_, i) => 20 * Math.sin(i) ** 3);
    const rows = { shape: [2000, 100] };
    const out = new Float64Array(buffer(1_600_000));
    same(await pool.run(nonlin.sigmoid, x, { out }), nonlin.sigmoid(x));
    same(await pool.run(nonlin.softmax, x, rows), nonlin.softmax(x, rows));
    same(await pool.backward(nonlin.tanh, x, { x }), nonlin.tanh.backward(x, { x }));
  }
  const stream = activationStream(nonlin.softmax, { columns: 2, pool });
  const writer = stream.writable.getWriter();
  for (const numbers of [[1], [1, 2, 2]]) writer.write(Float64Array.from(numbers)).catch(() => undefined);
  writer.close();
  const reader = stream.readable.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read())
    same(read.value, new Float64Array(read.value.length).fill(0.5));
  await pool.dispose();
  return buffers.length === 2 ? 'shared' : 'copied';
}
