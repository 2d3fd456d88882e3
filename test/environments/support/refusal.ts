// What a host that forbids or lacks WebAssembly is expected to have answered.

import type { Refusal } from './environment.js';

/** Fails unless `error` (what probe.ts's `refusal` sent) is an ERR_ENVIRONMENT whose message holds `words`. */
export function expectRefusal(error: Refusal, words: string, label: string): void {
  if (error.code === 'ERR_ENVIRONMENT' && error.name === 'Error' && error.message.includes(words)) return;
  throw new Error(`${label}: expected an ERR_ENVIRONMENT with "${words}", got ${error.name} ${error.code}: ${error.message}`);
}
