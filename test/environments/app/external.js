import * as external from 'nonlin/external';

/** The entry with the wasm as a file, where the tool takes care of the file. */
export async function loadExternal() {
  await external.init();
  return external;
}
