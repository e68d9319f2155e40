/** What a node inherits: this command's own variables are not for it. */

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The words before a program's own that let it run in the place of its zone, such as a network
 * namespace. What they name must become the program: signals go to it.
 */
export type Within = (zone: string) => readonly string[]

/**
 * The node refuses variables that it does not know; its settings are in `node.json`. What the
 * project's own tests set is for it. It computes in one thread: one arena of the C library serves
 * it, and keeps some 25 MB less than one a thread.
 */
export const nodeEnvironment = (env: Environment): NodeJS.ProcessEnv => ({
  MALLOC_ARENA_MAX: '1',
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !/^HOLDFAST_(?!TEST_)/.test(name))),
})
