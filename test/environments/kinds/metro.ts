// Metro, React Native's bundler, for the web; its parser and its rules for imports are its own. What it makes is a classic
// script, so of external, which needs import.meta, it is only built.

import type { Environment } from '../support/environment.js';

export const environments: readonly Environment[] = [
  {
    id: 'metro',
    name: 'Metro',
    how: "React Native's transformer, for development and minified, run in Node; external built",
    group: 'metro',
    async run(t) {
      await t.write({
        'main.js': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { probe } from './probe.js';
          console.log('result ' + JSON.stringify({ bundle: probe(nonlin, epynn) }));`,
        'external.js': "import * as external from 'nonlin/external';\nexternal.init();",
        'build.mjs': `
          import { mkdirSync } from 'node:fs';
          import Metro from 'metro';
          mkdirSync('out');
          const base = await Metro.loadConfig({ cwd: process.cwd() }, {});
          const babelTransformerPath = new URL(import.meta.resolve('@react-native/metro-babel-transformer')).pathname;
          const config = {
            ...base,
            projectRoot: process.cwd(),
            watchFolders: [process.cwd(), ${JSON.stringify(`${t.tools}/node_modules`)}],
            reporter: { update() {} },
            resetCache: true,
            maxWorkers: 1,
            transformer: { ...base.transformer, babelTransformerPath },
          };
          for (const [entry, dev] of [['main.js', true], ['main.js', false], ['external.js', true]]) {
            await Metro.runBuild(config, { entry, dev, minify: !dev, platform: 'web', out: 'out/' + (dev ? 'dev-' : '') + entry });
          }
          process.exit();`,
      });
      await t.run('node', ['build.mjs']);
      const results = {};
      for (const file of ['out/dev-main.js', 'out/main.js']) Object.assign(results, t.result(await t.run('node', [file])));
      return results;
    },
  },
];
