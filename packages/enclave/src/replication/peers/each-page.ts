/** Reads a list that a peer tells a page at a time. */
import { accept, type Result } from '@holdfast/base/errors'

type Page<Cursor> = { readonly next?: Cursor | undefined }

/** Refuses as soon as the peer does, or the visit of a page. */
export const eachPage = async <Cursor, Told extends Page<Cursor>>(
  ask: (part: { readonly after?: Cursor }) => Promise<Result<Told>>,
  visit: (page: Told) => Promise<Result<void>>,
): Promise<Result<void>> => {
  let after: Cursor | undefined
  do {
    const page = await ask(after === undefined ? {} : { after })
    if (!page.ok) return page
    const visited = await visit(page.value)
    if (!visited.ok) return visited
    after = page.value.next
  } while (after !== undefined)
  return accept(undefined)
}
