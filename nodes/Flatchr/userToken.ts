import { createHash } from 'crypto';

import { clock } from '../../lib/clock';
import { isObject } from '../../lib/http/apiDefinition';

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
const kept = new Map<string, Kept>();

const MINUTE = 60_000;
/** The life of a token is not documented; one that does not state it is trusted for an hour. */
const UNSTATED_LIFE = 60 * MINUTE;

/** The user's token, fetched by `login` when there is none or it ends within a minute. */
export async function userTokenOf(origin: string, user: User, login: () => Promise<string>): Promise<string> {
	const name = nameOf(origin, user);
	const known = kept.get(name);
	if (known && known.until > clock.now()) return await known.token;
	const fresh: Kept = { token: login(), until: Infinity };
	kept.set(name, fresh);
	fresh.token.then(
		(token) => (fresh.until = endOf(token) ?? clock.now() + UNSTATED_LIFE),
		() => kept.get(name) === fresh && kept.delete(name),
	);
	return await fresh.token;
}

/** The service refused this token. A newer one stays. */
export async function forgetUserToken(origin: string, user: User, refused: string): Promise<void> {
	const name = nameOf(origin, user);
	const known = kept.get(name);
	if (known && (await known.token.catch(() => refused)) === refused && kept.get(name) === known) kept.delete(name);
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

function nameOf(origin: string, { email, password }: User): string {
	return createHash('sha256').update(JSON.stringify([origin, email, password])).digest('hex');
}
