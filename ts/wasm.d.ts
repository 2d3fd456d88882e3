// A wasm file as Cloudflare Workers import it.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: that is the form they have
  export default module;
}
