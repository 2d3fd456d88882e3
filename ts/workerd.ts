// The entry for Cloudflare Workers, where only modules compiled at deployment may run: the same as the default one.

export * from './index.js';
