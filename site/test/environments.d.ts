// The test support that the page's tests share with test/environments, which is JavaScript.

declare module '*/environments/support/browsers.mjs' {
  export function browser(name: string, context: { tools: string; shots: string; onInstall?(): void }): Promise<unknown>;
  export function closeBrowsers(): Promise<void>;
}
declare module '*/environments/support/install.mjs' {
  export function install(cache: string, group: string): Promise<string>;
}
declare module '*/environments/support/serve.mjs' {
  export function serve(folder: string): Promise<{ readonly url: string; stop(): void }>;
}
declare module '*/environments/support/skip.mjs' {
  export class Skip extends Error {}
}
