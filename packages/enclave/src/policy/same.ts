/** How values of a policy are compared with those of an intent. */

/** Hexadecimal addresses are one address in either case (EIP-55). */
const same = (left: string, right: string): boolean =>
  left === right || (left.startsWith('0x') && left.toLowerCase() === right.toLowerCase())

export const includes = (list: readonly string[], value: string): boolean =>
  list.some((one) => same(one, value))

/** Whether it is on the list, where there is one; what cannot be said is on none. */
export const within = (list: readonly string[] | undefined, value: string | undefined): boolean =>
  list === undefined || (value !== undefined && includes(list, value))
