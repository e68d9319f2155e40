/** Each kind of transaction, and the decoders that are compared on it. */
import { bitcoinDisagreements } from './bitcoin-agreement.ts'
import type { Compare } from './disagreement.ts'
import { ethereumDisagreements } from './ethereum-agreement.ts'
import { solanaDisagreements } from './solana-agreement.ts'
import { typedDataDisagreements } from './typed-data-agreement.ts'

export const agreements: Readonly<Record<string, Compare>> = {
  'ethereum: viem and ethers': ethereumDisagreements,
  'typed data: viem and ethers': typedDataDisagreements,
  'bitcoin: bitcoinjs-lib': bitcoinDisagreements,
  'solana: @solana/kit': solanaDisagreements,
}
