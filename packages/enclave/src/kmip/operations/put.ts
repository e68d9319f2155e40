/** Put (KMIP 2.1 §6.2.3) of another server: an object that it hands over, kept as an import. */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'
import { importObject } from './import.ts'

export const put = handler('Put', async (scope, request) => {
  if (request.putFunction !== 'New') failWith('FeatureNotSupported', 'nothing is replaced so')
  const { uniqueIdentifier, object, attributes } = request
  await importObject(scope, { uniqueIdentifier, object, attributes })
  return {}
})
