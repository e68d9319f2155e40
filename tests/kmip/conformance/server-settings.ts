/**
 * What the operator of the server under test sets. Some published cases show servers that are set
 * up differently, each as the specification permits: the server is started anew with those
 * settings, and plays the case as it plays all others.
 */
import {
  defaultFacts,
  type KmipServerFacts,
} from '../../../packages/enclave/src/kmip/server-facts.ts'

/** The published answers state these of the server (Query, Get Attributes, C_GetInfo). */
const stated: KmipServerFacts = {
  ...defaultFacts,
  information: {},
  randomNumberGenerator: {
    rngAlgorithm: 'ANSIX9_31',
    cryptographicAlgorithm: 'AES',
    cryptographicLength: 256,
  },
  pkcs11: { manufacturer: 'TEST      Pty Ltd', library: 'TEST', libraryVersion: [1, 0] },
}

type Settings = Pick<Partial<KmipServerFacts>, 'leaseSeconds' | 'seedBytesMax'>

export type Special = { readonly files: RegExp; readonly settings: Settings; readonly why: string }

export const specialSettings: readonly Special[] = [
  {
    files: /CS-RNG-O-2-/,
    settings: { seedBytesMax: 16 },
    why: 'RNG Seed with a server that uses a part of the seed',
  },
  {
    files: /CS-RNG-O-3-/,
    settings: { seedBytesMax: 0 },
    why: 'RNG Seed with a server that ignores seeds',
  },
  {
    files: /CS-RNG-O-4-/,
    settings: { seedBytesMax: 'denied' },
    why: 'RNG Seed with a server that takes no seeds',
  },
  {
    files: /TC_95_11_/,
    settings: { leaseSeconds: 0 },
    why: 'a server whose leases last 0 seconds (in the same case of 1.2 they last 3600)',
  },
]

/** The settings that a case is played with. */
export const settingsOf = (file: string): KmipServerFacts => ({
  ...stated,
  ...specialSettings.find(({ files }) => files.test(file))?.settings,
})
