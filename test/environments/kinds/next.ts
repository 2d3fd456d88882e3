// Next: a server component, and a client component in Chromium.

import type { Environment } from '../support/environment.js';
import { freePort } from '../support/process.js';

export const environments: readonly Environment[] = [
  {
    id: 'next',
    name: 'Next',
    how: 'next build, next start: server component; client component in Chromium',
    group: 'next',
    browser: 'chromium',
    limit: 300,
    async run(t) {
      await t.write({
        'app/layout.js': `
          export default function Layout({ children }) {
            return <html lang="en"><body>{children}</body></html>;
          }`,
        'app/page.js': `
          import * as nonlin from 'nonlin';
          import { probe } from '../probe.js';
          import { Client } from './client.js';
          export const dynamic = 'force-dynamic';
          export default function Page() {
            return <Client server={probe(nonlin)} />;
          }`,
        'app/client.js': `
          'use client';
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { useEffect, useState } from 'react';
          import { fullProbe } from '../probe.js';
          export function Client({ server }) {
            const [result, setResult] = useState('');
            useEffect(() => {
              try {
                setResult(JSON.stringify({ server, client: fullProbe(nonlin, epynn) }));
              } catch (error) {
                setResult(JSON.stringify({ error: String(error) }));
              }
            }, []);
            return <pre id="result">{result}</pre>;
          }`,
        'next.config.mjs': `export default { turbopack: { root: ${JSON.stringify(t.tools)} } };`,
      });
      const next = t.tool('next/dist/bin/next');
      const env = { NEXT_TELEMETRY_DISABLED: '1' };
      await t.run('node', [next, 'build'], { env });
      const port = await freePort();
      const url = `http://localhost:${port}/`;
      await t.start('node', [next, 'start', '--port', port], { env, url });
      return t.open('chromium', url);
    },
  },
];
