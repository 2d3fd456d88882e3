// The entry without inlined bytes, for those who count them: the same as the default one, but `await init()` comes first.

export * from './index.js';
