/** `holdfast verify URL`: is what runs there what the manifest lists, and what is published? */
import { RefusalError } from '@holdfast/base/errors'
import { VerificationError } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { verdictFields } from '../verdict-text.ts'
import { type Check, examineEnclave } from '../verify/examine-enclave.ts'
import { readPublished } from '../verify/published.ts'

type Options = ClientOptions & { readonly published?: string; readonly hardware?: boolean }

/** Beside 0: all is as it should be. */
const exitCodes = { notTrusted: 1, notVerified: 2 } as const

const marks = { ok: '✓', note: '!', wrong: '✗' } as const
const styles = { ok: 'green', note: 'yellow', wrong: 'red' } as const

const lineOf =
  (talk: Pick<Terminal, 'style'>) =>
  ({ what, state, says: [first = '', ...more] }: Check): string =>
    [
      `${talk.style(styles[state], marks[state])} ${what.padEnd(12)} ${first}`,
      ...more.map((line) => `  ${' '.repeat(12)} ${line}`),
    ].join('\n')

const verify = async (
  talk: Terminal,
  options: Options,
  around: Surroundings,
): Promise<{ readonly checks: readonly Check[]; readonly fields: object }> => {
  const { published } = options
  const expected = published === undefined ? undefined : await readPublished(published, around.cwd)
  using client = await openClient(options, around, talk)
  const enclave = await client.verify()
  const checks = examineEnclave({
    enclave,
    manifest: client.manifest,
    nowMs: around.now(),
    ...(expected === undefined ? {} : { published: expected }),
  })
  const hardware: readonly Check[] =
    options.hardware === true && enclave.verdict.simulated
      ? [{ what: 'hardware', state: 'wrong', says: ['asked for, and the mesh is SIMULATED'] }]
      : []
  const fields = { ...verdictFields(enclave), mesh: client.mesh }
  return { checks: [...checks, ...hardware], fields }
}

/** Of a node that cannot be trusted, and of one that could not be asked. */
const exitCodeOf = (error: unknown): number =>
  error instanceof VerificationError ||
  (error instanceof RefusalError && error.refusal.code !== 'unreachable')
    ? exitCodes.notTrusted
    : exitCodes.notVerified

export const verifyCommand: MakeCommand = (around) =>
  withClientOptions(new Command('verify'))
    .description('verify a node: evidence, collateral, TCB, measurement, manifests, inventory')
    .argument('[url]', 'address of the node')
    .option(
      '--published <measurement>',
      'the published measurement, or a file such as release.json',
    )
    .option('--hardware', 'refuse a simulated mesh')
    .addHelpText(
      'after',
      '\nLeaves with 0 where all is good, 1 where something is not to be trusted, 2 where nothing' +
        '\ncould be verified.',
    )
    .action(
      run(
        around,
        async (talk, url: string | undefined, options: Options) => {
          const named = url === undefined ? options : { ...options, node: [url] }
          const { checks, fields } = await verify(talk, named, around)
          const good = checks.every(({ state }) => state !== 'wrong')
          const head = good
            ? talk.style('green', 'This node runs what its mesh lists')
            : talk.style('red', 'This node is NOT what you asked for')
          talk.data({ good, ...fields, checks }, [head, ...checks.map(lineOf(talk))].join('\n'))
          if (!good) around.exitCode(exitCodes.notTrusted)
        },
        exitCodeOf,
      ),
    )
