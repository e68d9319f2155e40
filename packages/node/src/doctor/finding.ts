/** One line of what a server's examination found, and how to mend it. */
export type Finding = {
  readonly state: 'ok' | 'warning' | 'wrong'
  readonly what: string
  readonly mend?: string
}

export const ok = (what: string): Finding => ({ state: 'ok', what })
export const warning = (what: string, mend: string): Finding => ({ state: 'warning', what, mend })
export const wrong = (what: string, mend: string): Finding => ({ state: 'wrong', what, mend })
