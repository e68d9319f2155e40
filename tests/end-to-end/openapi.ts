/** Holds exchanges over HTTP against an OpenAPI 3.1 document (schemas: JSON Schema 2020-12). */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { z } from 'zod'
import type { Exchange } from '../support/recording-transport.ts'

const schema = z.record(z.string(), z.unknown())
const media = z.record(z.string().includes('/'), z.strictObject({ schema: schema.optional() }))
const answer = z.strictObject({ description: z.string(), content: media.optional() })
const parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['query', 'path', 'header']),
  required: z.boolean(),
  schema,
})
const operation = z.strictObject({
  summary: z.string(),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ required: z.boolean(), content: media }).optional(),
  responses: z.record(z.string().regex(/^(?:[1-5]\d\d|default)$/), answer),
})

/** OpenAPI 3.1.1 §4.8, as far as the document uses it: a field that is not named here is wrong. */
export const openApiDocument = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({
      parameters: z.array(parameter).optional(),
      get: operation.optional(),
      post: operation.optional(),
      delete: operation.optional(),
    }),
  ),
  components: z.strictObject({ schemas: z.record(z.string().regex(/^[\w.-]+$/), schema) }),
})
export type OpenApiDocument = z.infer<typeof openApiDocument>

const base = 'https://openapi.invalid/'

export type Contract = {
  /** By its name among the components; throws where there is none or it does not compile. */
  schemaNamed(name: string): ValidateFunction
  /** What is wrong with an exchange; undefined where the document describes it. */
  faultOf(exchange: Exchange): string | undefined
}

const matches = (template: string, path: string): boolean =>
  RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

export const contractOf = (document: OpenApiDocument): Contract => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false })
  const absolute = (value: object): object =>
    JSON.parse(
      JSON.stringify(value).replaceAll('"#/components/schemas/', `"${base}#/$defs/`),
    ) as object
  ajv.addSchema({ $id: base, $defs: absolute(document.components.schemas) })
  const compiled = (inline: Readonly<Record<string, unknown>>): ValidateFunction =>
    ajv.compile(absolute(inline))
  const bodyFault = (content: z.infer<typeof media>, type: string, body: Uint8Array) => {
    const described = content[type.split(';', 1)[0]!]
    if (described === undefined) return `the media type ${type} is not described`
    if (described.schema === undefined) return undefined
    const validate = compiled(described.schema)
    const valid = validate(JSON.parse(text(body)))
    return valid ? undefined : ajv.errorsText(validate.errors)
  }
  return {
    schemaNamed: (name) => compiled({ $ref: `#/components/schemas/${name}` }),
    faultOf: ({ method, path, requestType, requestBody, status, type, body }) => {
      const found = Object.entries(document.paths).find(([template]) => matches(template, path))
      const described = found?.[1][method as 'get' | 'post' | 'delete']
      if (described === undefined) return `${method} ${path} is not described`
      const name = `${method} ${found![0]} ${status}`
      if (described.requestBody !== undefined && status === 200) {
        const fault = bodyFault(described.requestBody.content, requestType!, requestBody!)
        if (fault !== undefined) return `${name}: request: ${fault}`
      }
      const response = described.responses[String(status)] ?? described.responses['default']
      if (response?.content === undefined) {
        return body.length === 0 ? undefined : `${name}: no body is described`
      }
      const fault = bodyFault(response.content, type, body)
      return fault === undefined ? undefined : `${name}: ${fault}`
    },
  }
}
