// What the other files here compare types with.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where the type of `got` is `Wanted`, no wider and no narrower. */
export declare function is<Wanted>(): <Got>(got: Got, ...same: Same<Got, Wanted> extends true ? [] : [never]) => void;
