// No link in the project's Markdown is dead: neither in the repository, nor for readers who only have the npm page.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchors, isPacked, type Manifest, published, repositoryUrl, targets } from '../scripts/readme/links.js';
import { path, text } from './support/files.js';

const manifest = JSON.parse(text('package.json')) as Manifest;
const isOutside = (target: string): boolean => /^[a-z]+:/i.test(target);

const files = [
  ...readdirSync(path('.')),
  ...['docs', '.github', 'test', 'bench'].flatMap((folder) =>
    readdirSync(path(folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
].filter((name) => name.endsWith('.md') && !name.includes('node_modules'));

describe('in the repository', () => {
  test.each(files)('%s', (file) => {
    const markdown = text(file);
    const own = repositoryUrl(manifest);
    const inRepository = targets(markdown).flatMap((target) => {
      const relative = own && target.startsWith(own) ? target.replace(new RegExp(`^${own}/(?:blob|raw)/HEAD/`), '/') : target;
      return isOutside(relative) ? [] : [relative];
    });
    for (const target of inRepository) {
      const [name = '', anchor] = target.split('#');
      const found = name.startsWith('/') ? name.slice(1) : normalize(join(dirname(file), name || file.replace(/^.*\//, '')));
      expect(existsSync(path(found)), `${file} links to ${target}`).toBe(true);
      if (anchor) expect([...anchors(text(found))], `${file} links to ${target}`).toContain(anchor);
    }
  });

  test('the Markdown files are found', () => {
    for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/design.md', 'docs/guides/masks.md']) expect(files).toContain(file);
  });
});

describe('on the npm page', () => {
  const readme = text('README.md');

  test('README says what package.json makes of it', () => {
    expect(published(readme, manifest), 'npx tsx scripts/readme.ts writes it').toBe(readme);
  });

  test.each(['https://github.com/someone/nonlin', 'git+https://github.com/someone/nonlin.git', 'github:someone/nonlin'])(
    'with the repository %s nothing leads out of the tarball but to it',
    (url) => {
      const { repository: _, ...nameless } = manifest;
      const named: Manifest = { ...nameless, repository: { url } };
      const links = targets(published(readme, named));
      expect(links.length).toBeGreaterThan(10);
      for (const link of links) {
        if (link.startsWith('#')) continue;
        const known = link.startsWith('https://github.com/someone/nonlin/') || isPacked(link.replace(/#.*/, ''), named);
        expect(known || (isOutside(link) && !link.includes('someone')), link).toBe(true);
      }
      expect(published(published(readme, named), named)).toBe(published(readme, named));
    },
  );

  test('the changelog, which is in the tarball, too', () => {
    for (const target of targets(text('CHANGELOG.md')))
      expect(isOutside(target) || isPacked(target, manifest), target).toBe(true);
  });
});

test('a dead anchor, a dead link and code are told apart', () => {
  expect([...anchors('# One, two\n## `f(x)` and Σ\n```sh\n# no heading\n```')]).toEqual(['one-two', 'fx-and-σ']);
  expect(targets('[a](b.md) ![c](d.svg) [![e](f)](g) `[h](i)`\n```\n[j](k)\n```')).toEqual(['b.md', 'd.svg', 'g']);
});
