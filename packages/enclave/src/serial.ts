/** Work on one thing runs alone: the next begins when what runs already has ended. */

export type Serial<Key> = {
  alone<Value>(key: Key, work: () => Promise<Value>): Promise<Value>
}

export const createSerial = <Key>(): Serial<Key> => {
  const running = new Map<Key, Promise<unknown>>()
  return {
    alone: (key, work) => {
      const run = (running.get(key) ?? Promise.resolve()).then(work, work)
      running.set(key, run)
      const end = (): void => {
        if (running.get(key) === run) running.delete(key)
      }
      run.then(end, end)
      return run
    },
  }
}
