/**
 * The persistent map behind the state: an update costs O(log n) and leaves the old map as it was.
 * It wraps `immutable`, because copying a map of 10,000 containers on every event costs a thousand times more.
 *
 * A small map iterates in insertion order and a large one in hash order, so whoever turns a table into effects sorts by key first;
 * `entries` does it.
 *
 * @module
 */
import { Map as Trie } from 'immutable'

declare const opaque: unique symbol

/** A persistent map with string keys. */
export interface Table<K extends string, V> {
  readonly [opaque]: readonly [K, V]
}

type Held<K extends string, V> = Table<K, V> & Trie<K, V>

const open = <K extends string, V>(table: Table<K, V>): Trie<K, V> => table as Held<K, V>
const close = <K extends string, V>(trie: Trie<K, V>): Table<K, V> => trie as Held<K, V>

export const empty = <K extends string, V>(): Table<K, V> => close(Trie<K, V>())

export const lookup = <K extends string, V>(key: K, table: Table<K, V>): V | undefined => open(table).get(key)

/** The same table, to the reference, when `value` is already there. */
export const insert = <K extends string, V>(key: K, value: V, table: Table<K, V>): Table<K, V> => close(open(table).set(key, value))

export const remove = <K extends string, V>(key: K, table: Table<K, V>): Table<K, V> => close(open(table).delete(key))

export const size = <K extends string, V>(table: Table<K, V>): number => open(table).size

/** All entries in the order of their keys: O(n log n), for relists, recovery and looking at the state, never for one event. */
export const entries = <K extends string, V>(table: Table<K, V>): ReadonlyArray<readonly [K, V]> =>
  [...open(table).entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
