/** The value of an item as the text that cases are written in. */
import type { Item } from '../../../packages/kmip/src/index.ts'

export const textOfItem = (item: Item): string => {
  if (item.type === 'Structure') return ''
  return item.value instanceof Uint8Array
    ? Buffer.from(item.value).toString('hex')
    : String(item.value)
}
