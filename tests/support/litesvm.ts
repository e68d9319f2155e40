/** Solana's own runtime inside the test's process: litesvm. */
import { address, lamports, type Transaction } from '@solana/kit'
import { FailedTransactionMetadata, LiteSVM } from 'litesvm'

export type Solana = {
  /** Base58. */
  latestBlockhash(): string
  fund(account: string, amount: bigint): void
  balance(account: string): bigint
  /** Undefined where it was executed, else the runtime's reason. */
  send(message: Uint8Array, signatures: Readonly<Record<string, Uint8Array>>): string | undefined
}

/** Signatures are verified; the chain lives as long as the value. */
export const startLiteSvm = (): Solana => {
  const chain = new LiteSVM()
  return {
    latestBlockhash: () => chain.latestBlockhash(),
    fund: (account, amount) => void chain.airdrop(address(account), lamports(amount)),
    balance: (account) => chain.getBalance(address(account)) ?? 0n,
    send: (message, signatures) => {
      const transaction = { messageBytes: message, signatures } as unknown as Transaction
      const result = chain.sendTransaction(transaction)
      return result instanceof FailedTransactionMetadata ? String(result.err()) : undefined
    },
  }
}
