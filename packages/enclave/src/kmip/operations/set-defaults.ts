/** Set Defaults (KMIP 2.1 §6.1.53): attributes that the tenant's new objects begin with. */
import { failWith } from '../failure.ts'
import { settingsBytesMax } from '../limits.ts'
import { isServerSet } from '../objects/describe-object.ts'
import { handler } from '../scope.ts'
import { checkSize } from '../tenant-settings.ts'

export const setDefaults = handler('SetDefaults', async (scope, request) => {
  const defaults = request.defaultsInformation ?? { objectDefaults: [] }
  const attributes = (defaults.objectDefaults ?? []).flatMap((one) => one.attributes)
  if (attributes.some(isServerSet)) {
    failWith('AttributeReadOnly', 'only the server sets this attribute')
  }
  checkSize({ defaults }, settingsBytesMax)
  await scope.settingsStore.write({ defaults })
  return {}
})
