/** A verdict in words and as JSON fields. */
import type { Enclave } from '@holdfast/sdk'
import type { Terminal } from './terminal.ts'

export const verdictFields = ({ verdict }: Enclave) => ({
  verified: true,
  simulated: verdict.simulated,
  platform: verdict.quote.platform,
  zone: verdict.zone.id,
  level: verdict.zone.level,
  measurement: verdict.measurement,
  boot: verdict.identity.boot,
  tcbStatus: verdict.quote.tcbStatus,
  advisories: verdict.quote.advisoryIds,
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
    `  TCB          ${[quote.tcbStatus, ...quote.advisoryIds].join(' ')}`,
    `  manifest     serial ${verdict.manifestSerial}`,
    `  valid until  ${new Date(verdict.validUntilMs).toISOString()}`,
  ].join('\n')
}
