// Decides where README's links lead. Readers of the repository follow relative links; readers of the npm page or the tarball can
// only follow those into the tarball. package.json names the repository, in one place: while it names none, links are relative;
// as soon as it does, all links out of the tarball become absolute.

export interface Manifest {
  readonly files: readonly string[];
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** A link or an image of Markdown: before its target, the target, and after it. */
const LINK = /(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

/** https://github.com/owner/name, or undefined while package.json names no repository. */
export function repositoryUrl({ repository }: Manifest): string | undefined {
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url
    ?.replace(/^git\+/, '')
    .replace(/\.git$/, '')
    .replace(/^github:/, 'https://github.com/');
}

/** Whether a path is in the tarball: npm adds these two to `files`. */
export const isPacked = (path: string, { files }: Manifest): boolean =>
  ['package.json', 'README.md', ...files].some((packed) => path === packed || path.startsWith(`${packed}/`));

/** Markdown whose links lead where its reader can follow them. */
export function published(markdown: string, manifest: Manifest): string {
  const base = repositoryUrl(manifest);
  if (base === undefined) return markdown;
  return markdown.replaceAll(LINK, (link, image: string, text: string, target: string) => {
    if (/^(?:[a-z]+:|#)/i.test(target) || isPacked(target.replace(/#.*$/, ''), manifest)) return link;
    // The files themselves, as GitHub serves them, for images; the page of a file for the rest.
    return `${image}[${text}](${base}/${image ? 'raw' : 'blob'}/HEAD/${target})`;
  });
}

/** The targets of all links and images. */
export const targets = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(LINK)].map(([, , , target]) => target as string);

const withoutBlocks = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```/gm, '');

/** Fenced blocks and code spans hold no links. */
const withoutCode = (markdown: string): string => withoutBlocks(markdown).replaceAll(/`[^`\n]*`/g, '`');

/** The anchors of a Markdown file, as GitHub makes them from its headings. */
export function anchors(markdown: string): Set<string> {
  const headings = [...withoutBlocks(markdown).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => heading as string);
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs);
}
