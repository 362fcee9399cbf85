/** Text of somebody else on a terminal: it may run over several lines, and its control characters would be acted on. @module */

export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
