// Pools in `await using`; compiled where `lib` has "esnext.disposable".

import type { createPool } from 'nonlin/parallel';
import { is } from './is.js';

declare const create: typeof createPool;
async function using(): Promise<void> {
  await using made = await create({ threads: 2, worker: new URL('parallel.worker.js', 'https://example.org') });
  is<number>()(made.threads);
}
void using;
