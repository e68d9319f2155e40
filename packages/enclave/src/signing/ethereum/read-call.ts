/** What one call does, with all the calls that it holds: every spend among them counts as one. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '../../ports/crypto.ts'
import type { CallFact } from '../facts.ts'
import { nestedCallsDepthMax, nestedCallsMax } from '../limits.ts'
import { checksumAddress } from './address.ts'
import { callFact } from './call-fact.ts'
import { type Held, heldCalls } from './call-holders.ts'
import { readCalldata, transferOf } from './calldata.ts'

export type CallReading = {
  /** Never empty. */
  readonly effects: readonly Effect[]
  /** The call itself, then those that it holds; none for plain transfers of the coin. */
  readonly calls: readonly CallFact[]
  /** The method, where it is known. */
  readonly name?: string
}

type EthereumCall = {
  /** EIP-55. */
  readonly to: string
  readonly value: bigint
  readonly data: Bytes
}

const unknown = (reason: string): Effect => ({ type: 'unknown', reason })

const plainCall = ({ to, value, data }: EthereumCall): Effect => ({
  type: 'call',
  to,
  value: value.toString(),
  ...(data.length < 4 ? {} : { selector: toHex(data.subarray(0, 4)) }),
})

/** A call of a token, or one that is not known. */
const readPlain = (call: EthereumCall, crypto: Crypto): CallReading => {
  const { to, value, data } = call
  if (data.length === 0) return { effects: [transferOf('native', to, value)], calls: [] }
  const { effects, name } = readCalldata({ contract: to, data, crypto })
  // Policies count the value of a call as spent, so a call names it and no transfer does again.
  const called = effects.some((effect) => effect.type === 'call')
  const withValue = effects.map((effect) =>
    effect.type === 'call' ? { ...effect, value: value.toString() } : effect,
  )
  return {
    effects: value > 0n && !called ? [...withValue, transferOf('native', to, value)] : withValue,
    calls: [callFact(to, data)],
    ...(name === undefined ? {} : { name }),
  }
}

/** Reads what holders hold, each once, within the limits of depth and number. */
export const heldReader = (crypto: Crypto) => {
  let left = nestedCallsMax

  const readHeld = (self: string, held: Held, depth: number): CallReading => {
    left -= held.calls.length
    if (depth > nestedCallsDepthMax || left < 0) {
      return { effects: [unknown('calls within calls, too many or too deep')], calls: [] }
    }
    const readings = held.calls.map(({ to, value, data }): CallReading => {
      const target = to === undefined ? self : checksumAddress(to, crypto)
      const call = { to: target, value, data }
      // Nothing sent to oneself is a transfer to nobody.
      return to === undefined && data.length < 4
        ? { effects: [plainCall(call)], calls: [callFact(target, data)] }
        : readCall(call, depth + 1)
    })
    const more = held.unknown === undefined ? [] : [unknown(held.unknown)]
    return {
      effects: [...readings.flatMap(({ effects }) => effects), ...more],
      calls: readings.flatMap(({ calls }) => calls),
    }
  }

  const readCall = (call: EthereumCall, depth: number): CallReading => {
    const held = heldCalls(call.to, call.data)
    if (held === undefined) return readPlain(call, crypto)
    const inner = readHeld(call.to, held, depth)
    return {
      effects: [plainCall(call), ...inner.effects],
      calls: [callFact(call.to, call.data), ...inner.calls],
      name: held.name,
    }
  }

  return { readCall, readHeld }
}

/** What a call does, decoded to the bottom; what cannot be is `unknown` or a `call`. */
export const readCall = (call: EthereumCall, crypto: Crypto): CallReading =>
  heldReader(crypto).readCall(call, 1)
