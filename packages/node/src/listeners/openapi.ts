/** OpenAPI 3.1 of the client protocol, generated from the schemas that parse it. */
import * as answers from '@holdfast/base/answers'
import { authorisation } from '@holdfast/base/authorisation'
import { errorTable } from '@holdfast/base/errors'
import { evidenceSchema } from '@holdfast/base/evidence'
import { homeReport } from '@holdfast/base/home-statement'
import { signedManifestSchema } from '@holdfast/base/manifest'
import { request } from '@holdfast/base/requests/request'
import { base64url } from '@holdfast/base/schema'
import { signedStatementSchema } from '@holdfast/base/signed-statement'
import { z } from 'zod'
import { problemType } from './problem.ts'
import { evidenceQuery } from './routes.ts'

const base = '#/components/schemas/'

const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(errorTable)),
  retry: z.enum(['never', 'later', 'elsewhere']),
  subject: z.string().exactOptional(),
})

const named: Readonly<Record<string, z.ZodType>> = {
  Request: request,
  Authorisation: authorisation,
  Envelope: z.strictObject({
    request: base64url.meta({ description: 'The exact bytes of a Request, in base64url' }),
    authorisations: z.array(authorisation),
  }),
  SignAnswer: answers.signAnswer,
  WalletAnswer: answers.walletAnswer,
  WalletListAnswer: answers.walletListAnswer,
  LimitsAnswer: answers.limitsAnswer,
  OutcomeAnswer: answers.outcomeAnswer,
  SupersededObjectsAnswer: answers.supersededObjectsAnswer,
  MarkAnswer: answers.markAnswer,
  CancelAnswer: answers.cancelAnswer,
  ApprovalAnswer: answers.approvalAnswer,
  ApprovalListAnswer: answers.approvalListAnswer,
  DryRunAnswer: answers.dryRunAnswer,
  SessionAnswer: answers.sessionAnswer,
  NodeStatus: answers.nodeStatus,
  SignedStatement: signedStatementSchema,
  HomeReport: homeReport,
  Evidence: evidenceSchema,
  ZoneTrust: answers.zoneTrustAnswer,
  Manifests: z.strictObject({ manifests: z.array(signedManifestSchema).min(1) }),
  Problem: problem,
}

type JsonSchema = Readonly<Record<string, unknown>>

/** Every schema by its name; what several share is a component of its own. */
const components = (): Readonly<Record<string, JsonSchema>> => {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, { uri: (id) => `${base}${id}`, io: 'input' })
  const text = JSON.stringify(made).replaceAll(`${base}__shared#/$defs/`, base)
  const { schemas } = JSON.parse(text) as { schemas: Record<string, Record<string, unknown>> }
  const { __shared: shared, ...own } = schemas
  const all = { ...own, ...(shared?.['$defs'] as Record<string, Record<string, unknown>>) }
  return Object.fromEntries(
    Object.entries(all).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  )
}

const reference = (name: string): JsonSchema => ({ $ref: `${base}${name}` })
const content = (type: string, schema?: JsonSchema): JsonSchema => ({
  [type]: schema === undefined ? {} : { schema },
})
const refusal = { description: 'A refusal', content: content(problemType, reference('Problem')) }

const operation = (summary: string, parts: JsonSchema, answer?: JsonSchema): JsonSchema => ({
  summary,
  ...parts,
  responses: {
    [answer === undefined ? '204' : '200']: {
      description: 'Done',
      ...(answer === undefined ? {} : { content: answer }),
    },
    default: refusal,
  },
})

const json = 'application/json'
const bytesOf = (type: string): JsonSchema => content(type)
const body = (parts: JsonSchema): JsonSchema => ({
  requestBody: { required: true, content: parts },
})
const session: JsonSchema = {
  parameters: [
    {
      name: 'session',
      in: 'path',
      required: true,
      schema: { type: 'string', pattern: '^ses_[0-9a-f]{32}$' },
    },
  ],
}

const queryParameters = (): readonly JsonSchema[] => {
  const schema = z.toJSONSchema(evidenceQuery, { io: 'input' })
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) === true,
    schema: field,
  }))
}

const answerOf = (...names: readonly string[]): JsonSchema =>
  content(json, { anyOf: names.map(reference) })

const sessionPaths = (): JsonSchema => ({
  '/v1/sessions': {
    post: operation(
      'Opens a sealed session: CBOR [boot, prologue, message] for [session, message]',
      body(bytesOf('application/cbor')),
      bytesOf('application/cbor'),
    ),
  },
  '/v1/sessions/{session}': {
    ...session,
    post: operation(
      'One sealed frame for one',
      body(bytesOf('application/octet-stream')),
      bytesOf('application/octet-stream'),
    ),
    delete: operation('Ends a session', {}),
  },
  '/v1/session': {
    get: {
      summary: 'WebSocket of one sealed session',
      responses: { '101': { description: 'The WebSocket' }, default: refusal },
    },
  },
})

const paths = (): JsonSchema => ({
  '/v1/manifest': {
    get: operation(
      'The chain of signed manifests, genesis first',
      {},
      content(json, reference('Manifests')),
    ),
  },
  '/v1/evidence': {
    get: operation(
      'Evidence of an enclave, over a nonce',
      { parameters: queryParameters() },
      content(json, reference('Evidence')),
    ),
  },
  '/v1/node': {
    get: operation('Status of this node', {}, content(json, reference('NodeStatus'))),
  },
  '/v1/trust': {
    get: operation(
      "The CA of this node's zone, signed by the identity that its evidence covers",
      {},
      content(json, reference('ZoneTrust')),
    ),
  },
  '/v1/requests': {
    post: operation(
      'One request with its authorisations',
      body(content(json, reference('Envelope'))),
      answerOf(
        'SignAnswer',
        'WalletAnswer',
        'WalletListAnswer',
        'MarkAnswer',
        'CancelAnswer',
        'ApprovalAnswer',
        'ApprovalListAnswer',
        'DryRunAnswer',
        'LimitsAnswer',
        'OutcomeAnswer',
        'SessionAnswer',
      ),
    ),
  },
  '/v1/boots': {
    post: operation(
      "Governors' signed statement on boots that no zone can confirm; taken before confirmation",
      body(content(json, reference('SignedStatement'))),
      content(json, { type: 'object' }),
    ),
  },
  '/v1/homes': {
    post: operation(
      "Governors' signed statement on homes: carried out here and told to the other zones",
      body(content(json, reference('SignedStatement'))),
      content(json, reference('HomeReport')),
    ),
  },
  ...sessionPaths(),
})

/** The document as JSON bytes; made once. */
export const openApiDocument = (version: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      openapi: '3.1.1',
      info: {
        title: 'Holdfast',
        version,
        description: 'The client protocol of a Holdfast node (docs/protocol.md)',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      paths: paths(),
      components: { schemas: components() },
    }),
  )
