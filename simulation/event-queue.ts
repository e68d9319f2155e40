/** What will happen, in the order of its time: a binary heap; equal times keep their order. */

export type Event = {
  readonly atMs: number
  readonly order: number
  readonly label: string
  readonly action: () => void
}

export type EventQueue = {
  readonly size: number
  push(event: Event): void
  pop(): Event | undefined
}

const isBefore = (left: Event, right: Event): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)

export const createEventQueue = (): EventQueue => {
  const heap: Event[] = []
  const at = (index: number): Event => heap[index] as Event
  const swap = (left: number, right: number): void => {
    const kept = at(left)
    heap[left] = at(right)
    heap[right] = kept
  }
  const sink = (): void => {
    let index = 0
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      let first = index
      if (left < heap.length && isBefore(at(left), at(first))) first = left
      if (right < heap.length && isBefore(at(right), at(first))) first = right
      if (first === index) return
      swap(index, first)
      index = first
    }
  }
  return {
    get size() {
      return heap.length
    },
    push: (event) => {
      heap.push(event)
      let index = heap.length - 1
      while (index > 0) {
        const parent = (index - 1) >> 1
        if (!isBefore(at(index), at(parent))) return
        swap(index, parent)
        index = parent
      }
    },
    pop: () => {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return undefined
      if (heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first
    },
  }
}
