/**
 * What is known of an OOM kill of a run, and whether it is written down. Types only.
 *
 * @module
 */
import type { CallId } from '../ids.ts'

export type Oom =
  | { readonly _tag: 'None' }
  /** Known; being written down under `call`, or, with `waiting`, waiting under it for the next try. */
  | { readonly _tag: 'Writing'; readonly call: CallId; readonly failures: number; readonly waiting: boolean }
  | { readonly _tag: 'Noted' }
