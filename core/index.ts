/** The decision, as pure functions. @module */
export {}
