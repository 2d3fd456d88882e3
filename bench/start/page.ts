// Runs in a fresh process or page and measures how long the first result takes, and how much of that is compiling and
// instantiating. bench/start.ts bundles it with the name of the function to call and with the way to return the answer.

declare const FUNCTION: 'sigmoid';
declare const REPORT: (text: string) => void;

/**
 * The time when a constructor of WebAssembly was last called, and the milliseconds spent inside all such calls: there is a module
 * for each part.
 */
function timed<T extends object>(owner: T, name: keyof T & string): () => { readonly at: number; readonly spent: number } {
  let at = 0;
  let spent = 0;
  const original = owner[name];
  if (typeof original !== 'function') throw new Error(`no ${name}`);
  owner[name] = new Proxy(original, {
    construct(target, args, newTarget) {
      at = performance.now();
      try {
        return Reflect.construct(target, args, newTarget);
      } finally {
        spent += performance.now() - at;
      }
    },
  });
  return () => ({ at, spent });
}

const compiling = timed(WebAssembly, 'Module');
const instantiating = timed(WebAssembly, 'Instance');

const importing = performance.now();
const { [FUNCTION]: f } = await import('nonlin');
const imported = performance.now();
const x = new Float64Array([-1, 0.5, 3, 7]);
const first = performance.now();
f(x);
const second = performance.now();
f(x);
const done = performance.now();
const [compile, instantiate] = [compiling(), instantiating()];
REPORT(
  JSON.stringify({
    import: imported - importing,
    fill: second - instantiate.at,
    compile: compile.spent,
    instantiate: instantiate.spent,
    first: second - first,
    second: done - second,
  }),
);

export {};
