/**
 * The main job, line by line: an enclave verified, a wallet made and copied, a transaction signed
 * and mined, the home node killed, signed again by another zone, the node back and caught up.
 */
import type { Account, Client, WalletAnswer, ZoneId } from '@holdfast/sdk'
import { catchUpTimeoutMs } from '../limits.ts'
import type { Anvil } from '../processes/anvil.ts'
import { startAnvil } from '../processes/anvil.ts'
import type { LocalMesh } from '../processes/local-mesh.ts'
import type { Terminal } from '../terminal.ts'
import { fund, type Transfer, transfer } from './ethereum-transfer.ts'

export type QuickstartResult = {
  readonly wallet: WalletAnswer['wallet']
  readonly account: Account
}

type Context = {
  readonly client: Client
  readonly talk: Terminal
  /** Present where this process started the nodes, and so may stop one. */
  readonly mesh?: LocalMesh
  /** A client of one zone's node alone. */
  readonly clientOf: (zone: string) => Promise<Client>
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** One step: its line ends with a cross where the work fails. */
const stepped = async <Value>(
  talk: Terminal,
  text: string,
  work: () => Promise<Value>,
  outcome: (value: Value) => string,
): Promise<Value> => {
  const step = talk.step(text)
  try {
    const value = await work()
    step.done(outcome(value))
    return value
  } catch (error) {
    step.failed(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'failed')
    throw error
  }
}

const verifyEvidence = ({ client, talk }: Context) =>
  stepped(
    talk,
    'Verify the evidence of an enclave',
    () => client.verify(),
    ({ verdict }) => {
      const kind = verdict.simulated ? talk.style('yellow', 'SIMULATED') : verdict.quote.platform
      return `${kind}, zone ${verdict.zone.id}, code ${verdict.measurement.slice(0, 12)}…`
    },
  )

const createWallet = ({ client, talk }: Context, name: string, home?: ZoneId) =>
  stepped(
    talk,
    `Make the wallet '${name}'`,
    () =>
      client.createWallet({
        name,
        ...(home === undefined ? {} : { home }),
        keys: [
          {
            name: 'seed',
            kind: 'bip39',
            source: { type: 'generate' },
            accounts: [{ chain: 'ethereum' }, { chain: 'bitcoin' }, { chain: 'solana' }],
          },
        ],
      }),
    ({ wallet, durability }) =>
      `held by ${durability.confirmed.join(' and ')} when it answered\n${wallet.id}`,
  )

const ethereumAccount = ({ wallet }: WalletAnswer): Account => {
  const account = wallet.accounts.find(({ chain }) => chain === 'ethereum')
  if (account === undefined) throw new Error('the wallet has no Ethereum account')
  return account
}

const startChain = async (talk: Terminal): Promise<Anvil | undefined> => {
  const step = talk.step('Start a local Ethereum chain (anvil)')
  const chain = await startAnvil()
  step.done(
    chain === undefined
      ? 'anvil is not installed; the signature is verified instead'
      : `chain ${chain.chainId} at ${chain.url}`,
  )
  return chain
}

const transferText = ({ answer, signMs, block }: Transfer): string => {
  const { receipt } = answer
  const by = receipt.relayedBy === undefined ? '' : ` by way of ${receipt.relayedBy.zone}`
  const mined = block === undefined ? 'signature verified' : `mined in block ${block}`
  return `${mined}; signed in ${receipt.node.zone}${by} in ${signMs.toFixed(1)} ms`
}

const signTransfer = (
  { client, talk }: Context,
  text: string,
  input: { created: WalletAnswer; account: Account; chain: Anvil | undefined },
) =>
  stepped(
    talk,
    text,
    () => transfer(client, { wallet: input.created.wallet.id, ...input }),
    transferText,
  )

/** Waits until a zone's own node shows a wallet that was made while it was away. */
const waitUntilHeld = async (context: Context, zone: string, made: WalletAnswer) => {
  const deadline = Date.now() + catchUpTimeoutMs
  const client = await context.clientOf(zone)
  try {
    for (;;) {
      const shown = await client.showWallet(made.wallet.id).catch(() => undefined)
      const here = shown?.node.zone === zone && shown.relayedBy === undefined
      if (here && shown.durability.missing.length === 0) return shown
      if (Date.now() > deadline) throw new Error(`${zone} has not caught up`)
      await sleep(50)
    }
  } finally {
    client.close()
  }
}

const loseAndRegainTheHome = async (
  context: Context,
  mesh: LocalMesh,
  input: { created: WalletAnswer; account: Account; chain: Anvil | undefined },
): Promise<void> => {
  const { talk } = context
  const { home } = input.created.wallet
  const node = mesh.node(home)
  const other = mesh.nodes.find(({ zone }) => zone !== home)
  if (node === undefined || other === undefined) return
  await stepped(
    talk,
    `Kill the home node, ${home} (kill -9)`,
    async () => {
      node.process().kill('SIGKILL')
      return node.process().ended
    },
    () => `process ${node.process().pid} is gone`,
  )
  await signTransfer(context, 'Sign and send again without it', input)
  const second = await createWallet(context, 'made without the home', other.zone as ZoneId)
  await stepped(
    talk,
    `Start ${home} again`,
    () => node.restart(),
    () => 'ready',
  )
  await stepped(
    talk,
    `Wait until ${home} has what it missed`,
    () => waitUntilHeld(context, home, second),
    ({ durability }) => `the second wallet is in ${durability.confirmed.join(', ')}`,
  )
}

/** Does the whole job; the first wallet and its Ethereum account come back. */
export const runQuickstart = async (context: Context): Promise<QuickstartResult> => {
  const { talk } = context
  await verifyEvidence(context)
  const created = await createWallet(context, 'quickstart')
  const account = ethereumAccount(created)
  const chain = await startChain(talk)
  try {
    if (chain !== undefined) await fund(chain, account)
    const input = { created, account, chain }
    await signTransfer(context, 'Sign an Ethereum transfer and send it', input)
    if (context.mesh === undefined) {
      talk.say("The nodes were not started here, so none is stopped; 'holdfast start' does that.")
    } else {
      await loseAndRegainTheHome(context, context.mesh, input)
    }
  } finally {
    await chain?.stop()
  }
  return { wallet: created.wallet, account }
}
