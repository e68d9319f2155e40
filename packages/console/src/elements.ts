/** The parts of the page by their ids; text only ever enters as text. */

export const element = <Kind extends HTMLElement>(id: string): Kind => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no ${id}`)
  return found as Kind
}

export const inputText = (id: string): string => element<HTMLInputElement>(id).value.trim()

/** Shows names and values, one a line. */
export const showList = (id: string, entries: readonly (readonly [string, string])[]): void => {
  const list = element(id)
  list.replaceChildren(
    ...entries.flatMap(([name, value]) => {
      const term = document.createElement('dt')
      const description = document.createElement('dd')
      term.textContent = name
      description.textContent = value
      description.dataset['name'] = name
      return [term, description]
    }),
  )
  list.hidden = entries.length === 0
}

export const buttonOf = (form: string): HTMLButtonElement => {
  const button = element(form).querySelector('button')
  if (button === null) throw new Error(`the form ${form} has no button`)
  return button
}
