/** EIP-712 typed data: domain and message hashed by their types, and what the signature allows. */
import { type Bytes, concat, fromHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import type { Decode } from '../chain-signer.ts'
import { type StructValue, writtenValue } from '../field-value.ts'
import { shortened } from '../readable-text.ts'
import { checksumAddress, parseAddress } from './address.ts'
import { ethereumSignature } from './ethereum-signature.ts'
import { typedDataEffects } from './typed-data-effects.ts'
import { type TypedDataTypes, typedDataHasher } from './typed-data-hash.ts'
import { typedStruct } from './typed-data-value.ts'
import { type JsonValue, typedInteger } from './typed-values.ts'

const domainName = 'EIP712Domain'

/** EIP-712 §Definition of domainSeparator, in its order. */
const domainFields: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]

type Domain = { readonly [name: string]: JsonValue }

/** The domain's type: as the types give it, else by the fields that the domain has. */
const domainType = (types: TypedDataTypes, domain: Domain): TypedDataTypes[string] => {
  const given = Object.hasOwn(types, domainName) ? types[domainName] : undefined
  const type = given ?? domainFields.filter(({ name }) => Object.hasOwn(domain, name))
  for (const member of type) {
    if (!domainFields.some(({ name, type }) => name === member.name && type === member.type)) {
      return fail('bad_transaction', 'the domain has a field that EIP-712 does not know')
    }
  }
  const unsigned = Object.keys(domain).filter((name) => !type.some((one) => one.name === name))
  return unsigned.length === 0
    ? type
    : fail('bad_transaction', 'the domain has a field that the signature would not cover')
}

const writtenDomain = ({ fields }: StructValue): Readonly<Record<string, string>> =>
  Object.fromEntries([...fields].map(([name, value]) => [name, writtenValue(value) ?? '']))

type BoundDomain = { readonly chainId: bigint | undefined; readonly contract: string | undefined }

const boundDomain = (domain: Domain, crypto: Crypto): BoundDomain => {
  const { chainId, verifyingContract } = domain
  const address =
    typeof verifyingContract === 'string' ? parseAddress(verifyingContract, crypto) : undefined
  return {
    chainId: typedInteger(chainId),
    contract: address === undefined ? undefined : checksumAddress(address, crypto),
  }
}

const textOf = (value: JsonValue | undefined): string =>
  shortened(typeof value === 'string' ? value : JSON.stringify(value ?? null))

const domainDetails = (domain: Domain): Record<string, string> =>
  Object.fromEntries(
    domainFields
      .filter(({ name }) => Object.hasOwn(domain, name))
      .map(({ name }) => [name, textOf(domain[name])]),
  )

export const decodeEthereumTypedData: Decode<'ethereum.typed-data'> = (input) => {
  const { payload, account, crypto } = input
  const { types: given, primaryType } = payload.typedData
  const domain = payload.typedData.domain as Domain
  const message = payload.typedData.message as JsonValue
  if (primaryType === domainName) return fail('bad_transaction', 'there is no message')
  const types = { ...given, [domainName]: domainType(given, domain) }
  const hasher = typedDataHasher(types, crypto)
  const separator: Bytes = hasher.hashStruct(domainName, domain)
  const encodedType = hasher.encodeType(primaryType)
  const structHash = hasher.hashStruct(primaryType, message)
  const { chainId, contract } = boundDomain(domain, crypto)
  const fields = typedStruct(types, primaryType, message, crypto)
  const { effects, calls } = typedDataEffects({
    encodedType,
    message: fields,
    contract,
    chainId,
    own: account.address,
    crypto,
  })
  const typedData = {
    type: encodedType,
    domain: writtenDomain(typedStruct(types, domainName, domain, crypto)),
    message: fields,
  }
  return {
    facts: { calls, typedData },
    intent: {
      chain: 'ethereum',
      ...(chainId === undefined ? {} : { network: shortened(chainId.toString()).slice(0, 64) }),
      kind: 'typed-data',
      effects: [...effects],
      details: { primaryType, domain: domainDetails(domain) },
    },
    tasks: [
      {
        algorithm: 'ecdsa-secp256k1',
        data: crypto.keccak256(concat(Uint8Array.of(0x19, 0x01), separator, structHash)),
        steps: [],
        publicKey: fromHex(account.publicKey),
      },
    ],
    finish: ethereumSignature,
  }
}
