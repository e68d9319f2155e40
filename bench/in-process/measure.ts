/** CPU time of this process per operation: user and system, all threads. */

export type CpuMicros = number

export type Batch = {
  readonly operations: number
  run(): Promise<void> | void
  /** What belongs to the batch and is not measured. */
  check?(): void
}

/** Runs batches until `seconds` of CPU time were measured. */
export const measure = async (prepare: () => Batch, seconds: number): Promise<CpuMicros> => {
  let micros = 0
  let operations = 0
  while (micros < seconds * 1e6) {
    const batch = prepare()
    const before = process.cpuUsage()
    await batch.run()
    const used = process.cpuUsage(before)
    batch.check?.()
    micros += used.user + used.system
    operations += batch.operations
  }
  return micros / operations
}

/** One action in a tight loop. */
export const measureLoop = (action: () => void, seconds: number): Promise<CpuMicros> =>
  measure(
    () => ({
      operations: 256,
      run: () => {
        for (let turn = 0; turn < 256; turn += 1) action()
      },
    }),
    seconds,
  )
