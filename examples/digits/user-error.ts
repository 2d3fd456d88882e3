/** Something only the person at the keyboard can mend: its message is printed as one line, without a stack. */
export class UserError extends Error {}

/** What an exception says, in one line. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
