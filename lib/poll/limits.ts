import { PollError } from '../errors';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const POLL_LIMITS = {
	/** A poll on hosts that name no budget. */
	budgetMs: 300_000,
	/** n8n gives up on a workflow whose start-up polls fail or hang. */
	activationMs: 15_000,
	/** n8n abandons a poll at its limit but does not stop it: how long the next one is kept away from it. */
	lockGraceMs: 30_000,
	/** A service without a Date header: how much its clock may be behind ours. */
	unknownClockMs: 5 * MINUTE,
	cursorLifeMs: 10 * MINUTE,
	/** Cursors and marks are stored. */
	cursorChars: 4_096,
	/** Temporary failures are kept back for so long. */
	swallowFailuresMs: 15 * MINUTE,
	/** The longest pause that a service may ask for. */
	pauseMs: 15 * MINUTE,
	/** Silent changes reach the database at the latest after this. */
	silentCommitMs: HOUR,
} as const;

/** A cursor or mark that a vendor handed out: it is stored with each poll, so it must be short. */
export function storable<Text extends string | null>(label: string, text: Text, what: 'cursor' | 'mark'): Text {
	if (text === null || text.length <= POLL_LIMITS.cursorChars) return text;
	throw new PollError(`${label} gave a ${what} of ${text.length.toLocaleString('en')} characters: more than ${POLL_LIMITS.cursorChars.toLocaleString('en')} cannot be remembered, so its list cannot be read`, { cause: 'configuration-invalid' });
}
