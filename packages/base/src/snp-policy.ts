/** What a mesh asks of SEV-SNP guests (SEV-SNP ABI, tables 10 and 23), as its manifest says it. */
import { z } from 'zod'
import { snpKeysMax } from './limits.ts'
import { hex } from './schema.ts'

/** Processors by the name that AMD's certificates give them; one without a root is refused. */
export const snpProducts = ['Milan'] as const
export type SnpProduct = (typeof snpProducts)[number]

const level = z.int().min(0).max(255)

/** Security patch levels, one a component; larger is newer. */
export const snpTcbSchema = z.strictObject({
  bootloader: level,
  tee: level,
  snp: level,
  microcode: level,
})
export type SnpTcb = Readonly<z.infer<typeof snpTcbSchema>>

/** What a platform may be asked to have on: bits of its report's platform information. */
export const snpPlatformFeatures = {
  memoryIsEcc: 2,
  powerReadingsOff: 3,
  ciphertextHidden: 4,
  aliasesChecked: 5,
} as const
export type SnpPlatformFeature = keyof typeof snpPlatformFeatures
const features = Object.keys(snpPlatformFeatures) as SnpPlatformFeature[]

/** Guests with debugging allowed are refused whatever the policy. */
export const snpPolicySchema = z.strictObject({
  /** Of what the platform reports and was launched with; a product without one is refused. */
  minTcb: z.partialRecord(z.enum(snpProducts), snpTcbSchema),
  minGuestSvn: z.int().min(0).max(0xffff_ffff),
  /** The least privileged level that is accepted; 0 is the guest's own firmware. */
  maxVmpl: z.int().min(0).max(3),
  allowSmt: z.boolean(),
  allowMigrationAgent: z.boolean(),
  /** SHA-384 of the author keys of which one must have signed the guest's identity block. */
  authorKeyDigests: z.array(hex(48)).min(1).max(snpKeysMax).exactOptional(),
  platform: z.array(z.enum(features)).max(features.length).exactOptional(),
})
export type SnpPolicy = Readonly<z.infer<typeof snpPolicySchema>>
