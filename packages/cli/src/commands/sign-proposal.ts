/** `sign`, for every kind of file that governors sign. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type MakeCommand, run } from '../command.ts'
import { readGovernor } from '../mesh-folder/governors.ts'
import type { Proposals } from '../mesh-folder/signed-proposal.ts'

type Signable<Content> = {
  /** What users call it. */
  readonly noun: string
  readonly proposals: Proposals<Content>
  /** What the command prints, of what was signed and who has signed it so far. */
  readonly tell: (
    content: Content,
    signatures: readonly string[],
  ) => { readonly data: unknown; readonly text: string }
}

export const signCommand =
  <Content>({ noun, proposals, tell }: Signable<Content>): MakeCommand =>
  (around) =>
    new Command('sign')
      .description(`add a governor's signature to a ${noun}; needs no mesh and no network`)
      .argument('<file>', `the ${noun}`)
      .requiredOption('--governor <file>', "the governor's key file")
      .action(
        run(around, async (talk, file: string, options: { readonly governor: string }) => {
          const path = resolve(around.cwd, file)
          const governor = await readGovernor(resolve(around.cwd, options.governor))
          const signed = proposals.sign(await proposals.read(path), governor)
          await proposals.write(path, signed)
          const signatures = signed.signatures.map((one) => one.governor)
          const { data, text } = tell(signed.content, signatures)
          talk.data(data, text)
        }),
      )

/** A statement, in the same words as when it was proposed. */
export const signStatementCommand = <Statement>(
  proposals: Proposals<Statement>,
  textOf: (statement: Statement) => string,
): MakeCommand =>
  signCommand({
    noun: 'statement',
    proposals,
    tell: (statement, signatures) => ({
      data: { statement, signatures },
      text: `${textOf(statement)}\nsigned by ${signatures.join(', ')}`,
    }),
  })
