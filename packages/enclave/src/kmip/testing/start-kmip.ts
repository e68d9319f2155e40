/** A KMIP server over objects in memory, asked by messages in TTLV: for tests. */
import { CredentialId, WalletId } from '@holdfast/base/ids'
import {
  type Attribute,
  attribute,
  decodeTtlv,
  encodeTtlv,
  maskOf,
  type OperationName,
  type Request,
  type RequestItem,
  type RequestPayload,
  type Response,
  type ResponseItem,
  type ResponsePayload,
  readResponse,
  type Version,
  writeRequest,
} from '@holdfast/kmip'
import { createGeneralCrypto } from '../../crypto/general/general-crypto.ts'
import { testEntropy } from '../../crypto/testing/test-crypto.ts'
import type { ManagedObjects } from '../../objects/managed-objects.ts'
import { createMemoryObjects } from '../../testing/memory-objects.ts'
import {
  createKmipServer,
  type KmipCaller,
  type KmipConnection,
  type KmipServerOptions,
} from '../create-kmip-server.ts'
import { defaultFacts, type KmipServerFacts } from '../server-facts.ts'

export const callerOf = (number: number): KmipCaller => ({
  tenant: WalletId.of(new Uint8Array(22).fill(number)),
  credential: CredentialId.of(new Uint8Array(16).fill(number)),
})

type Options = {
  readonly header?: Request['header']
  readonly caller?: number
  readonly connection?: KmipConnection
}

export const startKmip = (
  given: Partial<Omit<KmipServerOptions, 'facts'>> & {
    readonly facts?: Partial<KmipServerFacts>
  } = {},
) => {
  const clock = { ms: 1_800_000_000_000 }
  const objects: ManagedObjects = given.objects ?? createMemoryObjects()
  const server = createKmipServer({
    general: createGeneralCrypto(),
    entropy: testEntropy,
    clock: { nowMs: () => clock.ms, sleep: async () => undefined },
    ...given,
    objects,
    facts: { ...defaultFacts, ...given.facts },
  })
  const send = async (
    version: Version,
    items: readonly RequestItem[],
    options: Options = {},
  ): Promise<Response> => {
    const tree = writeRequest({ version, header: options.header ?? {}, items })
    if (!tree.ok) throw new Error(tree.refusal.detail)
    const caller = callerOf(options.caller ?? 1)
    const { connection } = options
    const answer = await server.handle(caller, encodeTtlv(tree.value), 'ttlv', connection)
    const read = decodeTtlv(answer)
    const response = read.ok ? readResponse(read.value) : read
    if (!response.ok) throw new Error(response.refusal.detail)
    return response.value
  }
  const one = async (
    version: Version,
    item: RequestItem,
    caller = 1,
    header: Request['header'] = {},
  ): Promise<ResponseItem> => (await send(version, [item], { caller, header })).items[0]!
  /** The payload of an operation that succeeds. */
  const done = async <const Name extends OperationName>(
    operation: Name,
    payload: RequestPayload<Name>,
    options: Options & { readonly version?: Version } = {},
  ): Promise<ResponsePayload<Name>> => {
    const item = { operation, payload } as unknown as RequestItem
    const { items } = await send(options.version ?? '2.1', [item], options)
    const [answer] = items
    if (answer?.status !== 'Success') throw new Error(`failed: ${JSON.stringify(answer)}`)
    return answer.payload as unknown as ResponsePayload<Name>
  }
  /** The reason of an operation that fails. */
  const failed = async <const Name extends OperationName>(
    operation: Name,
    payload: RequestPayload<Name>,
    options: Options & { readonly version?: Version } = {},
  ): Promise<unknown> => {
    const item = { operation, payload } as unknown as RequestItem
    const { items } = await send(options.version ?? '2.1', [item], options)
    const [answer] = items
    return answer?.status === 'OperationFailed' ? answer.reason : answer?.status
  }
  return { server, clock, objects, send, one, done, failed }
}

export const aesAttributes: readonly Attribute[] = [
  attribute('CryptographicAlgorithm', 'AES'),
  attribute('CryptographicLength', 256),
  attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt', 'Decrypt')),
]
