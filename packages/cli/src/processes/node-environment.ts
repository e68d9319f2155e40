/** What a node inherits: this command's own variables are not for it. */

export type Environment = Readonly<Record<string, string | undefined>>

/** The node refuses variables that it does not know; its settings are in `node.json`. */
export const nodeEnvironment = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HOLDFAST_')))
