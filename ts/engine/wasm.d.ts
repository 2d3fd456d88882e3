// A wasm file as Cloudflare Workers import it; other hosts differ (source.workerd.ts).
declare module '*.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: that is the form they have
  export default module;
}
