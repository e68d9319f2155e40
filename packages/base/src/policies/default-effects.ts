/** What an effect may occur as where a rule names no effects. */
import type { Effect } from '../intent.ts'

export const defaultEffects: readonly Effect['type'][] = ['transfer', 'message']
