/** Thrown where an environment cannot be had here; the reason is printed and goes into the record. */
export class Skip extends Error {}
