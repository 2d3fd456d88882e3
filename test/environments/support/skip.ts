/** Thrown where an environment is not available here; the reason is printed and goes into the record. */
export class Skip extends Error {}
