// The part of puppeteer-core that the tests use. It is installed only where the page is tried, so its own types are not at hand.

export interface Page {
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'request' | 'requestfailed', listener: (request: { url(): string }) => void): void;
  setViewport(size: { width: number; height: number }): Promise<void>;
  emulateMediaFeatures(features: { name: string; value: string }[]): Promise<void>;
  goto(url: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  focus(selector: string): Promise<void>;
  close(): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  readonly mouse: { move(x: number, y: number): Promise<void>; down(): Promise<void>; up(): Promise<void> };
  $(selector: string): Promise<Handle | null>;
  $eval<R, A extends unknown[]>(selector: string, call: (found: Element, ...args: A) => R, ...args: A): Promise<Awaited<R>>;
  $$eval<R>(selector: string, call: (found: Element[]) => R): Promise<Awaited<R>>;
  evaluate<R>(call: (() => R) | string): Promise<Awaited<R>>;
  waitForFunction<A extends unknown[]>(
    call: (...args: A) => unknown,
    options?: { timeout?: number },
    ...args: A
  ): Promise<unknown>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
}

interface Handle {
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
  screenshot(options: { path: string }): Promise<unknown>;
}
