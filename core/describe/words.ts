/**
 * The words that all descriptions are made of. What comes from outside is quoted where it could break the line or the terminal.
 *
 * @module
 */
import type { Failure, TaskView } from '../answer.ts'
import type { Exit, ExitRank } from '../exit.ts'
import type { Nanos, Owner, RunId } from '../ids.ts'

const longest = 160
const plain = /^[!-~]+$/
const unprintable = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text of somebody else as one quoted, printable piece of a line. */
export const quoted = (text: string): string => {
  const cut = text.length <= longest ? text : `${text.slice(0, longest)}…`
  return JSON.stringify(cut).replaceAll(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A name as it is, where it is a name. */
export const name = (text: string): string => text.length <= longest && plain.test(text) ? text : quoted(text)

export const describeOwner = ({ _tag, key }: Owner): string => _tag === 'Container' ? name(key) : `${_tag.toLowerCase()} ${name(key)}`

export const describeRun = ({ namespace, id, pid, generation }: RunId): string =>
  `${name(`${namespace}/${id}`)} pid=${pid}${generation === 1 ? '' : ` generation=${generation}`}`

/** Anything that says how something ended; a time that is not known is left out, for it says nothing. */
export const describeEnd = (
  { code, at, rank = 'observed' }: { readonly code: number | undefined; readonly at: Nanos | undefined; readonly rank?: ExitRank },
): string => `exit=${code ?? 'unknown'}${rank === 'observed' ? '' : ` ${rank}`}${at === undefined ? '' : ` at=${at.toString()}`}`

/** An exit where its time is not the point. */
export const describeExit = ({ code, rank }: Exit): string => describeEnd({ code, at: undefined, rank })

export const describeFailure = ({ reason, message }: Failure): string => `failed ${reason} ${quoted(message)}`

export const describeTask = (task: TaskView): string => {
  switch (task._tag) {
    case 'Created':
    case 'Running':
    case 'Paused':
      return `${task._tag} pid=${task.pid}`
    case 'Stopped':
      return `Stopped pid=${task.pid} ${describeEnd({ code: task.code, at: task.exitedAt })}`
    case 'Unclear':
      return 'Unclear'
  }
}

export const count = (n: number, one: string, many: string = `${one}s`): string => `${n} ${n === 1 ? one : many}`
