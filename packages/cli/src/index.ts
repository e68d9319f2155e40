/** The holdfast command as a library: its program, for other entry points and for tests. */
export type { Surroundings } from './command.ts'
export { program } from './program.ts'
