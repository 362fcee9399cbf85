/** Text of somebody else on a terminal: it may run over several lines, and its control characters, those that turn its direction too, would be acted on. @module */

export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ').trim()
