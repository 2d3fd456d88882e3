// Jest's and jsdom's globals are slow to look up; esbuild puts these in their place as constants of the bundle.

const { Float64Array: float64, Math: math, Number: number, Uint32Array: uint32 } = globalThis;

export { float64 as Float64Array, math as Math, number as Number, uint32 as Uint32Array };
