/** Finds the runnable examples of a text: the ```ts blocks of doc comments, or of a Markdown page. Blocks marked `ts ignore` are left out. */

/** One example: where it stands (line of its fence, from 1) and its code. */
export interface Example {
  readonly line: number
  readonly code: string
}

const fence = /^\s*(?:\*\s?)?```(\S*)(.*)$/

/** The examples of one file. In TypeScript only blocks inside comments count; the leading `*` is taken off. */
export const examplesOf = (text: string, kind: 'typescript' | 'markdown'): ReadonlyArray<Example> => {
  const found: Array<Example> = []
  let open: { readonly line: number; readonly wanted: boolean; readonly code: Array<string> } | undefined
  text.split('\n').forEach((line, index) => {
    const inComment = kind === 'markdown' || /^\s*\*/.test(line)
    const match = inComment ? fence.exec(line) : null
    if (open === undefined && match !== null) {
      const language = match[1] === 'ts' || match[1] === 'typescript'
      open = { line: index + 1, wanted: language && !(match[2] ?? '').includes('ignore'), code: [] }
    } else if (open !== undefined && match !== null) {
      if (open.wanted) found.push({ line: open.line, code: open.code.join('\n') })
      open = undefined
    } else open?.code.push(kind === 'markdown' ? line : line.replace(/^\s*\* ?/, ''))
  })
  return found
}
