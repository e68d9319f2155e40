/** The parts of TCB info v3 and QE identity v2 that the verifier reads itself. */
import type { Bytes } from '@holdfast/base/bytes'
import { utf8 } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { parseStrictJson } from '@holdfast/base/json'
import { moment } from '@holdfast/base/moment'
import { tcbStatuses } from '@holdfast/base/tcb-status'
import { z } from 'zod'

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9A-Fa-f]{${length * 2}}$`))
const svn = z.int().min(0).max(0xffff)
const status = z.enum(tcbStatuses)
const advisoryIDs = z.array(z.string().max(64)).max(256).optional()

const tdxModule = z.object({ mrsigner: hex(48), attributes: hex(8), attributesMask: hex(8) })

const moduleLevel = z.object({ tcb: z.object({ isvsvn: svn }), tcbStatus: status, advisoryIDs })

const components = z.array(z.object({ svn: z.int().min(0).max(255) })).length(16)

const tcbInfoSchema = z.object({
  id: z.enum(['SGX', 'TDX']),
  version: z.literal(3),
  issueDate: moment,
  nextUpdate: moment,
  fmspc: hex(6),
  pceId: hex(2),
  tcbType: z.literal(0),
  tcbEvaluationDataNumber: z.int().min(0),
  tdxModule: tdxModule.optional(),
  tdxModuleIdentities: z
    .array(tdxModule.extend({ id: z.string(), tcbLevels: z.array(moduleLevel) }))
    .optional(),
  tcbLevels: z
    .array(
      z.object({
        tcb: z.object({
          sgxtcbcomponents: components,
          tdxtcbcomponents: components.optional(),
          pcesvn: svn,
        }),
        tcbStatus: status,
        advisoryIDs,
      }),
    )
    .min(1),
})

const qeIdentitySchema = z.object({
  id: z.enum(['QE', 'TD_QE']),
  version: z.literal(2),
  issueDate: moment,
  nextUpdate: moment,
  tcbEvaluationDataNumber: z.int().min(0),
  miscselect: hex(4),
  miscselectMask: hex(4),
  attributes: hex(16),
  attributesMask: hex(16),
  mrsigner: hex(32),
  isvprodid: svn,
  tcbLevels: z.array(moduleLevel).min(1),
})

export type TcbInfo = z.infer<typeof tcbInfoSchema>
export type QeIdentity = z.infer<typeof qeIdentitySchema>

const parse = <Schema extends z.ZodType>(schema: Schema, text: string, what: string) => {
  const bytes: Bytes = utf8(text)
  const json = attempt(() => parseStrictJson(bytes))
  if (!json.ok) return fail('collateral_malformed', `the ${what} is no strict JSON`, what)
  const parsed = schema.safeParse(json.value)
  return parsed.success
    ? parsed.data
    : fail('collateral_malformed', `the ${what} lacks a field or has a wrong one`, what)
}

export const parseTcbInfo = (text: string): TcbInfo => parse(tcbInfoSchema, text, 'TCB info')
export const parseQeIdentity = (text: string): QeIdentity =>
  parse(qeIdentitySchema, text, 'QE identity')
