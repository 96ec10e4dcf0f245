/**
 * What a poll hands to n8n: items; 'commit' = `[[]]`, an empty execution that carries the state to the database (the only way that
 * works in every host mode); 'quiet' = null.
 */
export type PollResult<Item> = { items: readonly Item[] } | 'commit' | 'quiet';
