/** A verdict in words and as JSON fields. */
import { tcbText } from '@holdfast/attestation'
import type { Enclave } from '@holdfast/sdk'
import type { Terminal } from './terminal.ts'

const tcbFields = ({ quote }: Enclave['verdict']) =>
  quote.platform === 'snp'
    ? { product: quote.product, tcb: quote.report.reportedTcb }
    : { tcbStatus: quote.tcbStatus, advisories: quote.advisoryIds }

export const verdictFields = ({ verdict }: Enclave) => ({
  verified: true,
  simulated: verdict.simulated,
  platform: verdict.quote.platform,
  zone: verdict.zone.id,
  level: verdict.zone.level,
  measurement: verdict.measurement,
  boot: verdict.identity.boot,
  identity: { notBefore: verdict.identity.notBefore, notAfter: verdict.identity.notAfter },
  ...tcbFields(verdict),
  manifestSerial: verdict.manifestSerial,
  verifiedAt: new Date(verdict.verifiedAtMs).toISOString(),
  validUntil: new Date(verdict.validUntilMs).toISOString(),
})

export const verdictText = (enclave: Enclave, talk: Pick<Terminal, 'style'>): string => {
  const { verdict } = enclave
  const { zone, quote } = verdict
  const head = verdict.simulated
    ? talk.style('yellow', 'SIMULATED evidence, verified')
    : talk.style('green', `${quote.platform.toUpperCase()} evidence, verified`)
  return [
    head,
    `  zone         ${zone.id} (${zone.name}), level ${zone.level}`,
    `  measurement  ${verdict.measurement}`,
    `  boot         ${verdict.identity.boot}`,
    `  identity     until ${verdict.identity.notAfter}`,
    `  TCB          ${tcbText(quote)}`,
    `  manifest     serial ${verdict.manifestSerial}`,
    `  valid until  ${new Date(verdict.validUntilMs).toISOString()}`,
  ].join('\n')
}
