export { runPoll, type OpenSource, type PollResult } from './poll';
export { failureOf, isTemporary, PollError } from '../../poll/failures';
export { hostOf, type PollHost } from '../../poll/host';
export { DEFAULT_OPTIONS, type PollOptions } from './options';
export { forgetProcessState as forgetSlots } from '../../poll/processState';
