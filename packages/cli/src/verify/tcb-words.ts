/** What Intel's TCB statuses and security advisories mean, in words. */
import type { TcbStatus } from '@holdfast/base/tcb-status'

const statuses: Readonly<Record<TcbStatus, string>> = {
  UpToDate: 'its firmware and microcode are the newest that their maker asks for',
  SWHardeningNeeded: 'up to date; some weaknesses must be mitigated by the enclave’s software',
  ConfigurationNeeded: 'up to date; a setting of the machine leaves a weakness open',
  ConfigurationAndSWHardeningNeeded:
    'up to date; a setting of the machine and the enclave’s software must mitigate weaknesses',
  OutOfDate: 'it lacks updates of its maker: known weaknesses are open',
  OutOfDateConfigurationNeeded:
    'it lacks updates of its maker, and a setting leaves a weakness open',
  Revoked: 'its maker trusts it no more',
}

/** Those with a name of their own; Intel's page has the others. */
const advisories: Readonly<Record<string, string>> = {
  'INTEL-SA-00161': 'L1 Terminal Fault (Foreshadow): memory read by speculation',
  'INTEL-SA-00233': 'Microarchitectural Data Sampling: memory read by speculation',
  'INTEL-SA-00270': 'TSX Asynchronous Abort: memory read by speculation',
  'INTEL-SA-00289': 'Plundervolt: faults by a lowered voltage, which the machine’s settings forbid',
  'INTEL-SA-00320': 'Special Register Buffer Data Sampling (CrossTalk): random numbers read',
  'INTEL-SA-00334': 'Load Value Injection: memory read by speculation, mitigated by software',
  'INTEL-SA-00389': 'PLATYPUS: secrets seen in the power that is drawn',
  'INTEL-SA-00615': 'MMIO Stale Data: memory read by speculation, mitigated by software',
  'INTEL-SA-00657': 'ÆPIC: stale data of the interrupt controller read',
  'INTEL-SA-00730': 'advisory for Xeon Scalable processors of the third generation',
  'INTEL-SA-00738': 'advisory for Xeon processors of early 2023',
  'INTEL-SA-00767': 'advisory for processors of early 2023',
  'INTEL-SA-00828': 'Gather Data Sampling (Downfall): memory read by speculation',
  'INTEL-SA-00837': 'advisory for Xeon processors of mid 2023',
  'INTEL-SA-00950': 'Reptar: redundant prefixes corrupt what the processor does',
}

export const statusWords = (status: TcbStatus): string => statuses[status]

export const advisoryWords = (id: string): string =>
  advisories[id] ?? 'see the security centre of Intel under this number'
