// What an environment is, what it is given, and what it gives: the types that kinds/ and support/ share.

/** The groups of tools in versions.json. */
export type Group = keyof typeof import('../versions.json');

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** What one context of an environment computed: bits as hexadecimal text, by name; or the error that it met. */
export interface Computed {
  readonly sigmoid?: string;
  readonly softmaxBackward?: string;
  readonly checksums?: Readonly<Record<string, string>>;
  readonly error?: string;
}

/** The contexts of an environment by their labels. */
export type Results = Readonly<Record<string, Computed>>;

/** An error as a program reports it. */
export interface Refusal {
  readonly name?: string;
  readonly code?: string;
  readonly message: string;
}

/** How a browser is started: switches of Chromium, preferences of Firefox. */
export interface Launch {
  readonly switches?: readonly string[];
  readonly preferences?: Readonly<Record<string, boolean>>;
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** An exit code that is not 0 is no error. */
  readonly mayFail?: boolean;
}

/** The project that an environment runs in. Paths are relative to it, but for those of `tool` and `node`. */
export interface Project {
  readonly folder: string;
  /** Where the group's tools are installed. */
  readonly tools: string;
  /** The root of nonlin's sources. */
  readonly root: string;
  readonly tarball: string;
  /** The version of the browser that opened the last page. */
  browserVersion: string;
  version(group: Group, name?: string): string;
  say(line: string): void;
  /** Writes package.json again, with these fields. */
  manifest(more?: object): Promise<void>;
  /** Writes files: path → text. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Copies files of app/ into the project; a pair gives the copy another name. */
  app(...names: (string | readonly [string, string])[]): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  read(path: string): Promise<string>;
  /** The path of a file of a tool, by its package. */
  tool(path: string): string;
  /** The binary of a Node version. */
  node(major: string | number): string;
  /** Runs a program in the project and returns what it printed; `node` is the one at hand. */
  run(command: string, args: readonly (string | number)[], more?: RunOptions): Promise<string>;
  /** Runs a program that must fail, and returns all of its output. */
  fail(command: string, args: readonly (string | number)[], more?: RunOptions): Promise<string>;
  /** Starts a server that ends with the environment, and waits until it answers at `url`. */
  start(command: string, args: readonly (string | number)[], more: RunOptions & { readonly url: string }): Promise<void>;
  /** Serves a folder of the project and returns the address. */
  serve(path: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** Opens a page in a browser and returns the result it reports. */
  open<R = Results>(name: BrowserName, url: string, launch?: Launch): Promise<R>;
  /** The result that a program printed. */
  result<R = Results>(output: string): R;
}

export interface Environment {
  readonly id: string;
  readonly name: string;
  /** What ran, in a few words. */
  readonly how: string;
  /** The tools it needs, in whose folder it runs, and further ones. */
  readonly group?: Group;
  readonly groups?: readonly Group[];
  readonly browser?: BrowserName;
  /** Whether it belongs to `./build.sh test`. */
  readonly quick?: boolean | ((cache: string) => Promise<boolean>);
  /** Seconds it may take. */
  readonly limit?: number;
  /** false: not one of those in docs/environments.md. */
  readonly record?: false;
  /** Installs the package with npm, instead of unpacking it. */
  readonly npmInstall?: boolean;
  version?(t: Project): string;
  run(t: Project): Promise<Results>;
}

/** What is recorded of the last run of an environment. */
export interface Row {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly how: string;
  readonly result: string;
  readonly date: string;
}
