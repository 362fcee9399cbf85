/** Carries the effects out. @module */
export {}
