export { runPoll, type OpenSource, type PollResult } from './poll';
export { failureOf, isTemporary, PollError } from './failures';
export { hostOf, type PollHost } from './host';
export { DEFAULT_OPTIONS, type PollOptions } from './options';
export { forgetSlots } from './slots';
