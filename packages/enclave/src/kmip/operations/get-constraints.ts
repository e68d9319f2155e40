/** Get Constraints (KMIP 2.1 §6.1.22). */
import { handler } from '../scope.ts'

export const getConstraints = handler('GetConstraints', async (scope) => {
  const { constraints } = await scope.settingsStore.read()
  return { constraints }
})
