// Where the instance was; `engine/instance.ts` is the place to import from.

export { current, discard, type Exports, instance } from './engine/instance.js';
