/** Plays one case over the wire and says where an answer is not as published. */
import type { Item } from '../../../packages/kmip/src/index.ts'
import type { CaseStep } from '../../../packages/kmip/src/testing/cases.ts'
import { elementToItem } from '../../../packages/kmip/src/xml/decode.ts'
import type { XmlElement } from '../../../packages/kmip/src/xml/element.ts'
import type { CaseFile } from './case-files.ts'
import { CaseValues } from './case-values.ts'
import { compareElement } from './compare.ts'
import type { TestServer } from './test-server.ts'
import { httpsTransport, type TlsClient, type Transport, tlsTransport } from './transports.ts'

export type Form = 'tls' | 'xml' | 'json'

/** A step that says `[REPEAT] until …` is asked again so often, the server's clock going on. */
const repeatsMax = 12
const repeatMs = 15_000

const remarkOf = ({ remarks }: CaseStep): string => remarks.join(' ')

/** Whether the server asks here: what the case says last of who speaks to whom. */
const isOfServer = ({ remarks }: CaseStep): boolean =>
  remarks
    .map((remark) => /\[(Server|Client(?:-[A-Z])?)-to-/.exec(remark)?.[1])
    .findLast((speaker) => speaker !== undefined) === 'Server'

/** What the client of a case takes from its server, as it says when it connects. */
const protocolsOf = (steps: readonly CaseStep[]): readonly string[] => {
  const taken = steps.filter(isOfServer).flatMap(({ request }) =>
    request.children
      .filter(({ name }) => name === 'BatchItem')
      .flatMap(({ children }) => children.filter(({ name }) => name === 'Operation'))
      .map(({ attributes }) => attributes.get('value')),
  )
  const names = ['Put', 'Notify'].filter((name) => taken.includes(name))
  return names.length === 0 ? [] : [['kmip', ...names].join('+').toLowerCase()]
}

/** Which client speaks: `[Client-B]`; the first where the case does not say. */
const clientOf = (step: CaseStep): string => /\[Client-([A-Z])\]/.exec(remarkOf(step))?.[1] ?? 'A'

const hasNoVersions = (request: XmlElement): boolean => {
  const items = request.children.filter(({ name }) => name === 'BatchItem')
  return items.every((item) => {
    const payload = item.children.find(({ name }) => name === 'RequestPayload')
    return payload?.children.some(({ name }) => name === 'ProtocolVersion') !== true
  })
}

class Player {
  readonly #server: TestServer
  readonly #client: TlsClient
  readonly #form: Form
  readonly #values: CaseValues
  readonly #version: string
  readonly #protocols: readonly string[]
  /** The request that is asked until its answer is as published, also by a next step. */
  #repeated = ''
  readonly #transports = new Map<string, Transport>()

  constructor(server: TestServer, client: TlsClient, form: Form, file: CaseFile) {
    this.#server = server
    this.#client = client
    this.#form = form
    this.#version = file.version
    this.#protocols = protocolsOf(file.steps)
    const ownSteps = file.steps.filter((step) => !isOfServer(step))
    this.#values = new CaseValues(ownSteps, Math.floor(server.nowMs() / 1000))
  }

  async step(step: CaseStep): Promise<string | undefined> {
    if (isOfServer(step)) return this.#answerServer(step)
    const text = JSON.stringify(step.request, (_key, value) =>
      value instanceof Map ? [...value] : value,
    )
    const isRepeated = remarkOf(step).includes('[REPEAT]') || text === this.#repeated
    this.#repeated = isRepeated ? text : ''
    const attempts = isRepeated ? repeatsMax : 1
    let reason: string | undefined
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) {
        this.#server.advance(repeatMs)
        this.#values.timePasses()
      }
      reason = await this.#exchange(step)
      if (reason === undefined) return undefined
    }
    return reason
  }

  /** Where the server says more than the case does. */
  leftOver(): string | undefined {
    const unread = [...this.#transports.values()].some((transport) => transport.unread() > 0)
    return unread ? 'the server has sent more messages than published' : undefined
  }

  async close(): Promise<void> {
    for (const transport of this.#transports.values()) await transport[Symbol.asyncDispose]()
  }

  async #exchange({ request, response, ...step }: CaseStep): Promise<string | undefined> {
    const transport = await this.#transportOf(clientOf({ request, ...step }))
    const answer = await transport.exchange(elementToItem(this.#values.sends(request)))
    this.#values.receives(answer)
    if (response === undefined) return undefined
    return this.#compare(response, answer, hasNoVersions(request))
  }

  /** What the server asks must be as published; the client answers as the case says. */
  async #answerServer({ request, response, ...step }: CaseStep): Promise<string | undefined> {
    const transport = await this.#transportOf(clientOf({ request, ...step }))
    const asked = await transport.receive()
    this.#values.receives(asked)
    const reason = this.#compare(request, asked, false)
    if (reason === undefined && response !== undefined) {
      transport.send(elementToItem(this.#values.sends(response)))
    }
    return reason
  }

  #compare(expected: XmlElement, actual: Item, allVersions: boolean): string | undefined {
    const place = { operation: '', parent: '', attribute: '', allVersions, version: this.#version }
    return compareElement(expected, actual, place, this.#values)
  }

  async #transportOf(name: string): Promise<Transport> {
    const known = this.#transports.get(name)
    if (known !== undefined) return known
    const { port, httpsPort } = this.#server
    const made =
      this.#form === 'tls'
        ? await tlsTransport(port, this.#client, this.#protocols)
        : httpsTransport(httpsPort, this.#client, this.#form)
    this.#transports.set(name, made)
    return made
  }
}

/** Plays cases in one fresh tenant; undefined where the last passes, else its first difference. */
export const playCase = async (
  server: TestServer,
  client: TlsClient,
  files: readonly CaseFile[],
  form: Form,
): Promise<string | undefined> => {
  server.freshTenant()
  let reason: string | undefined
  for (const file of files) reason = await playFile(server, client, file, form)
  return reason
}

const playFile = async (
  server: TestServer,
  client: TlsClient,
  file: CaseFile,
  form: Form,
): Promise<string | undefined> => {
  const player = new Player(server, client, form, file)
  try {
    for (const [index, step] of file.steps.entries()) {
      const reason = await player.step(step)
      if (reason !== undefined) return `step ${index + 1} (${form}): ${reason}`
    }
    return player.leftOver()
  } catch (error) {
    return `${form}: ${error instanceof Error ? error.message : 'failed'}`
  } finally {
    await player.close()
  }
}
