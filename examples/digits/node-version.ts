// The oldest Node that the example runs on, checked before anything else.

import { UserError } from './user-error.js';

const OLDEST = 20;

export function checkNodeVersion(): void {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST) {
    throw new UserError(`this demo needs Node ${OLDEST} or newer, this is ${process.version}`);
  }
}
