// A wasm file as an import; what its default export is depends on the host (source.workerd.ts).
declare module '*.wasm' {
  const given: WebAssembly.Module | (() => object);
  // biome-ignore lint/style/noDefaultExport: that is the form they have
  export default given;
}
