import { clock } from '../../lib/clock';
import { digestOf } from '../../lib/http/digest';
import { isObject } from '../../lib/http/apiDefinition';
import { ProcessMap } from '../../lib/processMap';
import { HOUR, MINUTE } from '../../lib/poll/limits';

interface User {
	email: string;
	password: string;
}

interface Kept {
	token: Promise<string>;
	/** Our clock, ms. Endless while the login runs, so that calls at once share it. */
	until: number;
}


/** Tokens of users, in this process's memory only: never in a credential, an item or a log. */
const kept = new ProcessMap<{ last: Kept | null }>(24 * HOUR);

/** The life of a token is not documented; one that does not state it is trusted for an hour. */
const UNSTATED_LIFE = HOUR;

/** The user's token, fetched by `login` when there is none or it ends within a minute. */
export async function userTokenOf(origin: string, user: User, login: () => Promise<string>): Promise<string> {
	const entry = entryOf(origin, user);
	if (entry.last && entry.last.until > clock.now()) return await entry.last.token;
	const fresh: Kept = { token: login(), until: Infinity };
	entry.last = fresh;
	fresh.token.then(
		(token) => (fresh.until = endOf(token) ?? clock.now() + UNSTATED_LIFE),
		() => forget(entry, fresh),
	);
	return await fresh.token;
}

/** The service refused this token. A newer one stays. */
export async function forgetUserToken(origin: string, user: User, refused: string): Promise<void> {
	const entry = entryOf(origin, user);
	const known = entry.last;
	if (known && (await known.token.catch(() => refused)) === refused) forget(entry, known);
}

function forget(entry: { last: Kept | null }, token: Kept): void {
	if (entry.last === token) entry.last = null;
}

/** When a JWT says that it ends, less a minute. */
function endOf(token: string): number | undefined {
	try {
		const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
		return isObject(payload) && typeof payload.exp === 'number' ? payload.exp * 1000 - MINUTE : undefined;
	} catch {
		return undefined;
	}
}

function entryOf(origin: string, { email, password }: User): { last: Kept | null } {
	return kept.of(digestOf(JSON.stringify([origin, email, password])), () => ({ last: null }));
}
