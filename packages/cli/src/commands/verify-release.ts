/** `holdfast verify-release DIR`: is a published release what these sources build? */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import { Command } from 'commander'
import { z } from 'zod'
import { type MakeCommand, run } from '../command.ts'

const comparedSchema = z.object({
  same: z.boolean(),
  differences: z.array(z.string()),
  measurement: z.string(),
  imageDigest: z.string(),
})

/** The checkout that this command is part of. */
const root = join(import.meta.dirname, '../../../..')

/** The build runs in a process of its own: nothing of it is part of this program. */
const compare = (published: string): Promise<z.infer<typeof comparedSchema>> =>
  new Promise((settle, reject) => {
    const program = join(root, 'scripts/release/main.ts')
    if (!existsSync(program)) fail('unsupported', 'a release is rebuilt from a checkout alone')
    const child = spawn(process.execPath, [program, '--compare', published], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', () => {
      const line = output.trim().split('\n').at(-1) ?? ''
      const parsed = line.startsWith('{') ? comparedSchema.safeParse(JSON.parse(line)) : undefined
      if (parsed?.success === true) settle(parsed.data)
      else reject(new Error('the release could not be rebuilt'))
    })
  })

export const verifyReleaseCommand: MakeCommand = (around) =>
  new Command('verify-release')
    .description('rebuild the release from this checkout and compare every file by its hash')
    .argument('<folder>', 'folder of the published release, with its release.json')
    .action(
      run(around, async (talk, folder: string) => {
        const published = resolve(around.cwd, folder)
        if (!existsSync(join(published, 'release.json'))) {
          fail('invalid_field', 'the folder has no release.json', 'folder')
        }
        const { same, differences, measurement, imageDigest } = await compare(published)
        const lines = [
          same
            ? talk.style('green', 'The release is what this checkout builds')
            : talk.style('red', 'The release is NOT what this checkout builds'),
          ...differences.map((difference) => `  ${difference}`),
          `  measurement  ${measurement}`,
          `  image        ${imageDigest}`,
        ]
        talk.data({ same, differences, measurement, imageDigest }, lines.join('\n'))
        if (!same) around.exitCode(1)
      }),
    )
