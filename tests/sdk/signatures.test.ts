import type { Signed } from '@holdfast/base/answers'
import { fromHex, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { bitcoinScripts } from '@holdfast/base/chain'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { addressOf } from '@holdfast/enclave/signing/addresses'
import {
  buildPsbt,
  foreign,
  psbtPayload,
  signPsbt,
} from '@holdfast/enclave/signing/testing/build-psbt'
import {
  accountOf,
  ethereumAccount,
  privateKeyOf,
  signPayload,
  testCrypto,
  testEntropy,
} from '@holdfast/enclave/signing/testing/sign-payload'
import { RefusalError, verifySigned } from '@holdfast/sdk'
import { type Hex, serializeTransaction } from 'viem'
import { describe, expect, it } from 'vitest'

const privateKey = privateKeyOf(0x61)
const publicKey = testCrypto.secp256k1.publicKey(privateKey)
const ethereum = addressOf({ chain: 'ethereum', publicKey, crypto: testCrypto })
const solanaKey = testCrypto.ed25519.publicKey(privateKey)
const solana = addressOf({ chain: 'solana', publicKey: solanaKey, crypto: testCrypto })

type Case = {
  readonly payload: SignPayload
  readonly signed: Signed
  readonly signer: string
  /** What another could have asked for. */
  readonly other: SignPayload
}

const codeOf = ({ payload, signed, signer }: Omit<Case, 'other'>): string => {
  try {
    verifySigned(payload, signed, signer)
    return 'ok'
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}

const transaction = (of: object): SignPayload => {
  const common = { chainId: 5, nonce: 3, gas: 21_000n, to: `0x${'12'.repeat(20)}` as const }
  const unsigned: Hex = serializeTransaction({ ...common, ...of } as never)
  return { kind: 'ethereum.transaction', transaction: unsigned.slice(2) }
}

const typedData = (amount: number): SignPayload => ({
  kind: 'ethereum.typed-data',
  typedData: {
    types: {
      Order: [
        { name: 'to', type: 'Person[]' },
        { name: 'amount', type: 'uint256' },
        { name: 'delta', type: 'int64' },
        { name: 'memo', type: 'bytes' },
        { name: 'pair', type: 'bytes4[2]' },
      ],
      Person: [
        { name: 'name', type: 'string' },
        { name: 'wallet', type: 'address' },
        { name: 'known', type: 'bool' },
      ],
    },
    primaryType: 'Order',
    domain: { name: 'Shop', chainId: 1, verifyingContract: `0x${'cc'.repeat(20)}` },
    message: {
      to: [{ name: 'Zoë', wallet: `0x${'dd'.repeat(20)}`, known: true }],
      amount: String(amount),
      delta: '-7',
      memo: '0x0102',
      pair: ['0x01020304', '0x05060708'],
    },
  },
})

const userOperation = (version: '0.6' | '0.7', nonce: string): SignPayload => ({
  kind: 'ethereum.user-operation',
  version,
  chainId: '1',
  operation: {
    sender: 'ac'.repeat(20),
    nonce,
    initCode: '',
    callData: 'abcdef',
    callGasLimit: '100',
    verificationGasLimit: '20',
    preVerificationGas: '3',
    maxFeePerGas: '10',
    maxPriorityFeePerGas: '1',
    paymasterAndData: '',
  },
})

const authorization = (nonce: string): SignPayload => ({
  kind: 'ethereum.authorization',
  chainId: '1',
  address: 'ab'.repeat(20),
  nonce,
})

const ethereumCases: Readonly<Record<string, readonly [SignPayload, SignPayload]>> = {
  'a legacy transaction': [
    transaction({ type: 'legacy', gasPrice: 9n, value: 1n }),
    transaction({ type: 'legacy', gasPrice: 9n, value: 2n }),
  ],
  'a transaction with an access list': [
    transaction({ type: 'eip2930', gasPrice: 9n, accessList: [] }),
    transaction({ type: 'eip2930', gasPrice: 8n, accessList: [] }),
  ],
  'a fee market transaction': [
    transaction({ type: 'eip1559', maxFeePerGas: 9n, value: 1n }),
    transaction({ type: 'eip1559', maxFeePerGas: 9n, value: 2n }),
  ],
  'a message': [
    { kind: 'ethereum.message', message: toHex(utf8('I agree')) },
    { kind: 'ethereum.message', message: toHex(utf8('I agreed')) },
  ],
  'typed data': [typedData(1), typedData(2)],
  'an authorisation of EIP-7702': [authorization('0'), authorization('1')],
  'a user operation of 0.6': [userOperation('0.6', '7'), userOperation('0.6', '8')],
  'a user operation of 0.7': [userOperation('0.7', '7'), userOperation('0.6', '7')],
}

const offChain = (text: string): SignPayload => ({
  kind: 'solana.off-chain',
  message: toBase64Url(utf8(text)),
})

const solanaMessage = (message: Uint8Array): Case => ({
  payload: { kind: 'solana.message', message: toBase64Url(message) },
  signed: {
    kind: 'solana.signature',
    signature: toHex(testCrypto.ed25519.sign({ message, privateKey })),
  },
  signer: solana,
  other: { kind: 'solana.message', message: toBase64Url(utf8('another')) },
})

type Raw = Extract<SignPayload, { kind: 'raw' }>

const raw = (algorithm: Raw['algorithm']): Case => {
  const { secp256k1, p256, ed25519 } = testCrypto
  const digest = new Uint8Array(32).fill(9)
  const made: Record<Raw['algorithm'], () => { key: Uint8Array; signature: Uint8Array }> = {
    'ecdsa-secp256k1': () => ({ key: publicKey, ...secp256k1.sign({ digest, privateKey }) }),
    bip340: () => {
      const auxiliary = testEntropy.bytes(32)
      return { key: publicKey, signature: secp256k1.signSchnorr({ digest, privateKey, auxiliary }) }
    },
    'ecdsa-p256': () => ({
      key: p256.publicKey(privateKey),
      signature: p256.signDigest({ digest, privateKey }),
    }),
    ed25519: () => ({ key: solanaKey, signature: ed25519.sign({ message: digest, privateKey }) }),
  }
  const { key, signature, ...rest } = made[algorithm]()
  const payload = (data: string) => ({ kind: 'raw', key: 'key_a', algorithm, data }) as never
  return {
    payload: payload(toHex(digest)),
    signed: { kind: 'raw.signature', signature: toHex(signature), ...rest },
    signer: toHex(key),
    other: payload('08'.repeat(32)),
  }
}

const onEthereum = ([payload, other]: readonly [SignPayload, SignPayload]): Case => {
  const account = ethereumAccount(privateKey)
  return { payload, other, signer: ethereum, ...signPayload({ payload, account, privateKey }) }
}

const onSolana = (text: string): Case => {
  const account = accountOf({ chain: 'solana', publicKey: toHex(solanaKey), address: solana })
  const payload = offChain(text)
  const other = offChain(`${text}!`)
  return { payload, other, signer: solana, ...signPayload({ payload, account, privateKey }) }
}

const cases: readonly (readonly [string, Case])[] = [
  ...Object.entries(ethereumCases).map(([name, of]) => [name, onEthereum(of)] as const),
  ['a message of Solana', solanaMessage(utf8('any message'))],
  ['an off-chain message', onSolana('hello')],
  ['an off-chain message of UTF-8', onSolana('Grüße')],
  ['a long off-chain message', onSolana('long '.repeat(400))],
  ...(['ecdsa-secp256k1', 'bip340', 'ecdsa-p256', 'ed25519'] as const).map(
    (algorithm) => [`raw ${algorithm}`, raw(algorithm)] as const,
  ),
]

/** The answer with one hexadecimal digit of one field changed; too many digits are sampled. */
const flipped = (signed: Signed): readonly Signed[] =>
  Object.entries(signed).flatMap(([name, value]) => {
    if (name === 'kind' || typeof value !== 'string') return []
    const step = Math.max(1, Math.floor(value.length / 24))
    const places = Array.from({ length: Math.ceil(value.length / step) }, (_, at) => at * step)
    return places.map((at) => {
      const digit = (Number.parseInt(value[at] as string, 16) ^ 1).toString(16)
      return { ...signed, [name]: value.slice(0, at) + digit + value.slice(at + 1) }
    })
  })

describe('what a client is given as a signature', () => {
  it.each(cases)('is taken where it is what it asked for, %s', (_, of) => {
    expect(codeOf(of)).toBe('ok')
  })

  it.each(cases)('is refused for other bytes, %s', (_, of) => {
    expect(codeOf({ ...of, payload: of.other })).toBe('wrong_signature')
  })

  it.each(cases)('is refused of another signer, and of none, %s', (_, of) => {
    const others = cases.map(([, { signer }]) => signer).filter((signer) => signer !== of.signer)
    for (const signer of [...others, '', 'nobody']) {
      expect(codeOf({ ...of, signer })).toBe('wrong_signature')
    }
  })

  it.each(cases)('is refused with one digit changed anywhere, %s', (_, of) => {
    for (const signed of flipped(of.signed)) {
      expect(codeOf({ ...of, signed }), JSON.stringify(signed)).toBe('wrong_signature')
    }
  })

  it.each(cases)('is refused as an answer of another kind, %s', (_, of) => {
    for (const [, { signed }] of cases) {
      if (signed.kind === of.signed.kind) continue
      expect(codeOf({ ...of, signed })).toBe('wrong_signature')
    }
  })

  it('is refused where a recovery id leads to another key', () => {
    const of = raw('ecdsa-secp256k1')
    if (of.signed.kind !== 'raw.signature') throw new Error('another kind')
    const recovery = ((of.signed.recovery ?? 0) ^ 1) as 0 | 1
    expect(codeOf({ ...of, signed: { ...of.signed, recovery } })).toBe('wrong_signature')
  })
})

describe('what a client is given as a signed PSBT', () => {
  type Spends = Parameters<typeof buildPsbt>[0]['spends']
  const spend = (script: (typeof bitcoinScripts)[number], amount = 30_000n, version: 0 | 2 = 0) => {
    const spends: Spends = [{ script }, { script, change: 1, index: 7 }]
    const outputs = [{ script: foreign.script, amount }]
    const psbt = buildPsbt({ spends, outputs, version }).toPSBT()
    const { signed } = signPsbt(psbt, script)
    if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    return { payload: psbtPayload(psbt), signed, signer: '' }
  }

  for (const version of [0, 2] as const) {
    it.each(bitcoinScripts)(`is taken for %s, of version ${version}`, (script) => {
      const of = spend(script, 30_000n, version)
      expect(codeOf(of)).toBe('ok')
      const { transaction: _, id: __, ...open } = of.signed
      expect(codeOf({ ...of, signed: open })).toBe('ok')
    })
  }

  it.each(bitcoinScripts)('is refused for another transaction than was asked, %s', (script) => {
    const asked = spend(script)
    const { signed } = spend(script, 30_001n)
    expect(codeOf({ ...asked, signed })).toBe('wrong_signature')
    const { psbt } = asked.signed
    expect(codeOf({ ...asked, signed: { ...signed, psbt } })).toBe('wrong_signature')
    const { id: _, ...nameless } = asked.signed
    expect(codeOf({ ...asked, signed: nameless })).toBe('wrong_signature')
  })

  it.each(bitcoinScripts)('is refused with a signature that spends nothing, %s', (script) => {
    const of = spend(script)
    const unsigned = { ...of.signed, psbt: of.payload.psbt }
    expect(codeOf({ ...of, signed: unsigned })).toBe('wrong_signature')
    const psbt = Buffer.from(of.signed.psbt, 'base64url')
    // Of the fields, the signature of the first input: by its key's type (BIP-174, BIP-371).
    const at = psbt.indexOf(script === 'p2tr' ? fromHex('011340') : fromHex('2202'))
    expect(at).toBeGreaterThan(0)
    for (const further of script === 'p2tr' ? [3, 40, 66] : [3, 40, 80, 100]) {
      const bytes = Uint8Array.from(psbt)
      bytes[at + further] = (bytes[at + further] as number) ^ 1
      const signed = { ...of.signed, psbt: toBase64Url(bytes) }
      expect(codeOf({ ...of, signed }), String(further)).toBe('wrong_signature')
    }
    const { transaction = '' } = of.signed
    const middle = script === 'p2pkh' ? 100 : transaction.length - 100
    const digit = (Number.parseInt(transaction[middle] as string, 16) ^ 1).toString(16)
    const changed = transaction.slice(0, middle) + digit + transaction.slice(middle + 1)
    const signed = { ...of.signed, transaction: changed }
    expect(codeOf({ ...of, signed })).toBe('wrong_signature')
  })

  it.each(bitcoinScripts)(
    'is taken where it had a signature of the account before, %s',
    (script) => {
      const { signed } = spend(script)
      const payload = { kind: 'bitcoin.psbt', psbt: signed.psbt } as const
      const again = signPsbt(Buffer.from(signed.psbt, 'base64url'), script)
      expect(codeOf({ payload, signed: again.signed, signer: '' })).toBe('ok')
    },
  )
})
