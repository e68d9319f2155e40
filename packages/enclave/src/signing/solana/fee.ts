/** The most that a Solana transaction may cost its payer, besides what it moves. */
import type { ResolvedInstruction } from './programs.ts'
import { programs } from './programs.ts'

/** Lamports for each signature; the same since the network began. */
const lamportsPerSignature = 5000n
/** Compute units that an instruction has unless the transaction says otherwise. */
const unitsPerInstruction = 200_000n
const unitsMax = 1_400_000n
const microLamports = 1_000_000n

/** Programs whose instructions carry signatures that are paid for as well. */
const verifiers: readonly string[] = [
  'Ed25519SigVerify111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
  'Secp256r1SigVerify1111111111111111111111111',
]

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right)

/** Undefined where a verifier's signatures would have to be counted. */
export const solanaFee = (
  signatures: number,
  instructions: readonly ResolvedInstruction[],
): bigint | undefined => {
  if (instructions.some(({ program }) => verifiers.includes(program))) return undefined
  let price = 0n
  let units: bigint | undefined
  let others = 0n
  for (const { program, data } of instructions) {
    if (program !== programs.computeBudget) {
      others += 1n
      continue
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length)
    // ComputeBudgetInstruction: 2 SetComputeUnitLimit, 3 SetComputeUnitPrice.
    if (data[0] === 2 && data.length === 5) units = BigInt(view.getUint32(1, true))
    if (data[0] === 3 && data.length === 9) price = view.getBigUint64(1, true)
  }
  const limit = smaller(units ?? others * unitsPerInstruction, unitsMax)
  const priority = (price * limit + microLamports - 1n) / microLamports
  return BigInt(signatures) * lamportsPerSignature + priority
}
