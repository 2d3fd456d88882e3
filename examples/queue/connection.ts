// Where Redis is: --redis redis://user:password@host:6379, or REDIS_URL, or this machine.

export function connection(): { readonly url: string; readonly maxRetriesPerRequest: null } {
  const at = process.argv.indexOf('--redis');
  const url = (at < 0 ? process.env['REDIS_URL'] : process.argv[at + 1]) ?? 'redis://127.0.0.1:6379';
  return { url, maxRetriesPerRequest: null };
}
