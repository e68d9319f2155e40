/** `holdfast recover`: the keys of a wallet from shares, with every server gone. */
import { resolve } from 'node:path'
import { restoreWallet } from '@holdfast/sdk'
import { Command } from 'commander'
import { readShare, secretFile, writeNew } from '../backup/files.ts'
import { restoredKeys } from '../backup/restored-text.ts'
import { type MakeCommand, run } from '../command.ts'

type Options = { readonly out: string }

export const recoverCommand: MakeCommand = (around) =>
  new Command('recover')
    .description('restore the keys of a wallet from the shares of its guardians; offline')
    .argument('<shares...>', 'files of the letters of the shares')
    .requiredOption('--out <file>', 'new file for the keys, readable by you alone')
    .action(
      run(around, async (talk, paths: readonly string[], options: Options) => {
        const shares = await Promise.all(paths.map((path) => readShare(path, around)))
        const vault = await restoreWallet(shares)
        for (const { share } of shares) share.fill(0)
        const keys = restoredKeys(vault)
        for (const key of vault.keys) key.secret.fill(0)
        const { wallet, name, mesh } = vault
        const out = resolve(around.cwd, options.out)
        await writeNew(
          out,
          `${JSON.stringify({ wallet, name, mesh, keys }, null, 2)}\n`,
          secretFile,
        )
        const accounts = keys.flatMap((key) =>
          key.accounts.map(({ chain, address }) => `  ${chain}  ${address}`),
        )
        talk.data(
          { wallet, name, out, keys: keys.map((key) => ({ name: key.name, kind: key.kind })) },
          [`${wallet}  ${name}`, ...accounts, `${keys.length} keys in ${out}`].join('\n'),
        )
      }),
    )
