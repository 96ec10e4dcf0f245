import { PollError } from '../../errors';
import { POLL_LIMITS } from '../limits';

/** A cursor or mark that a vendor handed out: it is stored with each poll, so it must be short. */
export function storable<Text extends string | null>(label: string, text: Text, what: 'cursor' | 'mark'): Text {
	if (text === null || text.length <= POLL_LIMITS.cursorChars) return text;
	throw new PollError(`${label} gave a ${what} of ${text.length.toLocaleString('en')} characters: more than ${POLL_LIMITS.cursorChars.toLocaleString('en')} cannot be remembered, so its list cannot be read`, { cause: 'configuration-invalid' });
}
