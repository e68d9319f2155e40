/** Set Attribute (KMIP 2.1 §6.1.51): adds or replaces an attribute that does not repeat. */

import { checkChange, settled } from '../attributes/rules.ts'
import { failWith } from '../failure.ts'
import { isSameKind, repeats, withOnly } from '../objects/attributes.ts'
import { currentAttributes } from '../objects/lifecycle.ts'
import { change, handler, objectOf } from '../scope.ts'

export const setAttribute = handler('SetAttribute', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const wanted = settled(request.attribute)
  const has = object.attributes.some((one) => isSameKind(one, wanted))
  checkChange(object, wanted, has ? 'modify' : 'add')
  if (wanted.name !== 'Vendor' && repeats(wanted))
    failWith('MultiValuedAttribute', 'the attribute may stand several times')
  await change(scope, object, currentAttributes(withOnly(object.attributes, wanted), scope.now))
  return { uniqueIdentifier: object.identifier }
})
