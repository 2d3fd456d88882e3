import * as external from 'nonlin/external';

/** The entry with the wasm as a file, where the file was copied beside the page by hand. */
export async function loadExternal() {
  await external.init(fetch('nonlin_bg.wasm'));
  return external;
}
