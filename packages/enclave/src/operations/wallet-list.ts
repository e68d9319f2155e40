/** `wallet.list`: the wallets of this zone that name the credential which asks. */
import type { WalletListAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { Call, Run } from './call.ts'

const limitDefault = 100

type Listed = WalletListAnswer['wallets'][number]

/** The wallet's line, if the proof verifies against the credential as this wallet has it. */
const listed = async (
  context: CoreContext,
  call: Call<'wallet.list'>,
  wallet: WalletId,
): Promise<Listed | undefined> => {
  const entry = await context.wallets.read(wallet)
  if (entry === undefined) return undefined
  const proofs = gatherProofs(context, entry, call, 'read')
  if (!proofs.ok || proofs.value.length === 0) return undefined
  const { id, name, home, placement } = entry.wallet
  const isPending = context.acknowledged.waits(id)
  const accounts = isPending ? [] : entry.wallet.accounts
  return {
    id,
    name,
    home,
    zones: placement.zones,
    accounts: accounts.map((account) => ({
      id: account.id,
      chain: account.chain,
      address: account.address,
    })),
    ...(isPending && { state: 'pending' }),
  }
}

/** One credential signs. Refuses `unauthenticated` without a proof; else lists what it may see. */
export const walletList: Run<'wallet.list'> = async (context, call) => {
  const [authorisation] = call.authorisations
  if (authorisation === undefined || call.authorisations.length > 1) {
    return refuse('unauthenticated', 'one credential must sign this request')
  }
  const { after, limit } = call.request
  const ids = context.wallets
    .ofCredential(authorisation.credential)
    .filter((id) => after === undefined || id > after)
    .slice(0, limit ?? limitDefault)
  const wallets: Listed[] = []
  for (const id of ids) {
    const line = await listed(context, call, id)
    if (line !== undefined) wallets.push(line)
  }
  const answer: WalletListAnswer = { wallets, node: context.self }
  return accept(answer)
}
