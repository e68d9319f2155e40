/** The mappings of a process that are locked: where secrets may lie. Linux only. */
import { readFileSync } from 'node:fs'

export type Range = { readonly from: number; readonly to: number }

/** By the flag `lo` of `/proc/PID/smaps`. */
export const lockedRegions = (pid: number): readonly Range[] => {
  const regions: Range[] = []
  let range: Range | undefined
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line)
    if (head !== null) {
      range = {
        from: Number.parseInt(head[1] ?? '', 16),
        to: Number.parseInt(head[2] ?? '', 16),
      }
    } else if (/^VmFlags:.* lo( |$)/.test(line) && range !== undefined) regions.push(range)
  }
  return regions
}
