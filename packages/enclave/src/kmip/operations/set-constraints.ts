/** Set Constraints (KMIP 2.1 §6.1.52): what the tenant's new objects must conform to. */
import { settingsBytesMax } from '../limits.ts'
import { handler } from '../scope.ts'
import { checkSize } from '../tenant-settings.ts'

export const setConstraints = handler('SetConstraints', async (scope, request) => {
  const { constraints } = request
  checkSize({ constraints }, settingsBytesMax)
  await scope.settingsStore.write({ constraints })
  return {}
})
