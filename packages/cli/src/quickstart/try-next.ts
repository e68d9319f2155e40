/** What to try on a mesh that runs: commands that work as they stand. */
import { relative } from 'node:path'
import { accountId, walletId } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Surroundings } from '../command.ts'
import { readClientFile } from '../mesh-folder/client-file.ts'
import { readJson } from '../mesh-folder/files.ts'
import type { MeshLayout } from '../mesh-folder/layout.ts'
import type { Terminal } from '../terminal.ts'

const file = z.strictObject({ wallet: walletId, account: accountId })

export const tryNext = async (
  layout: MeshLayout,
  talk: Terminal,
  around: Surroundings,
): Promise<void> => {
  const { wallet } = await readJson(layout.quickstart, file)
  const { nodes, mesh } = await readClientFile(layout.dir)
  const inside = relative(around.cwd, layout.dir) || '.'
  const folder = inside.startsWith('..') ? layout.dir : inside
  const dir = folder === '.mesh' ? '' : ` --dir ${folder}`
  const holdfast = 'npm run -s holdfast --'
  const commands = [
    [`${holdfast} wallet show ${wallet}${dir}`, 'the wallet and the zones that hold it'],
    [`${holdfast} sign message ${wallet} 'hello'${dir}`, 'a signature by its Ethereum account'],
    [`${holdfast} nodes${dir}`, 'the nodes and their links'],
    [`${holdfast} verify ${nodes[0]}${dir}`, 'the evidence of a node, verified afresh'],
    [`${holdfast} kmip enroll --name app --out app-kmip${dir}`, 'a client that speaks KMIP'],
    [`${holdfast} wallet create savings --min-level 2${dir}`, 'a wallet for trusted zones only'],
  ]
  talk.line('')
  talk.line(talk.style('bold', 'The mesh is up. Try, in another terminal:'))
  for (const [command = '', what = ''] of commands) {
    talk.line(`  ${talk.style('cyan', command)}`)
    talk.line(`      ${talk.style('dim', what)}`)
  }
  talk.line('')
  talk.line(`Ctrl-C stops it; its state stays in ${folder}.`)
  if (talk.json) talk.data({ ready: true, mesh, nodes, wallet }, '')
}
