/** The holdfast command inside this process: the same program, without the start of another one. */
import { Writable } from 'node:stream'
import { program } from '@holdfast/cli'

/** What it says on stdout; throws what it says on stderr where it fails. */
export const runHoldfast = async (words: readonly string[]): Promise<string> => {
  const said = { stdout: '', stderr: '' }
  const into = (name: keyof typeof said): NodeJS.WriteStream => {
    const stream = new Writable({
      write: (part: Buffer, _encoding, done) => {
        said[name] += part.toString()
        done()
      },
    })
    return stream as unknown as NodeJS.WriteStream
  }
  let exitCode = 0
  const command = program({
    env: { NO_COLOR: '1' },
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: into('stdout'),
    stderr: into('stderr'),
    now: Date.now,
    exitCode: (code) => {
      exitCode = code
    },
    onInterrupt: () => undefined,
  })
  await command.parseAsync(['node', 'holdfast', ...words])
  if (exitCode !== 0) throw new Error(`holdfast ${words.join(' ')}: ${said.stderr}`)
  return said.stdout
}
