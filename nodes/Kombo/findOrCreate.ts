import type { Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { clock } from '../../lib/clock';
import { ApiError, FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';
import { asRow, type KomboApi } from './api';

export interface Found {
	created: boolean;
	candidate: Row;
}

/**
 * Candidates made here whom Kombo's copy may not show yet: it learns of them with the next sync, which can take hours.
 * In this process only; across restarts the ATS itself merges candidates by their e-mail address.
 */
const made = new Map<string, { until: number; found: Promise<Found> }>();
const CAPACITY = 5_000;
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** The candidate with this address, or a new one. Two calls at once, or one after the other, create one candidate. */
export async function findOrCreate(kombo: KomboApi, item: Item, email: string, body: object): Promise<Found> {
	const key = `${kombo.origin} ${kombo.integrationId ?? ''} ${email.toLowerCase()}`;
	const known = made.get(key);
	if (known && known.until > clock.now()) return { created: false, candidate: await fresh(kombo, (await known.found).candidate) };

	const attempt = findOr(kombo, email, async () => await create(kombo, item, email, body));
	made.delete(key);
	made.set(key, { until: clock.now() + REMEMBERED_MS, found: attempt });
	for (const oldest of made.keys()) {
		if (made.size <= CAPACITY) break;
		made.delete(oldest);
	}
	// Who was found is in Kombo's copy: only a new candidate needs to be remembered.
	void attempt.then(
		({ created }) => created || made.delete(key),
		() => made.delete(key),
	);
	return await attempt;
}

async function findOr(kombo: KomboApi, email: string, make: () => Promise<Found>): Promise<Found> {
	const candidate = await byEmail(kombo, email);
	return candidate ? { created: false, candidate } : await make();
}

async function create(kombo: KomboApi, item: Item, email: string, body: object): Promise<Found> {
	const creation = kombo.act(item, 'POST', '/ats/candidates', body);
	const candidate = await creation.catch(async (error: unknown) => {
		const exists = error instanceof ApiError && error.facts.code === 'ATS.APPLICATION_ALREADY_EXISTS';
		return exists ? undefined : await creation;
	});
	if (candidate) return { created: true, candidate };
	// Made elsewhere since we looked, or not yet in Kombo's copy.
	const found = await byEmail(kombo, email);
	if (found) return { created: false, candidate: found };
	throw new FieldError('The ATS knows this candidate, but Kombo does not show them yet', 'Nothing was created. Run it again after the next synchronisation (Sync, Trigger starts one).');
}

/**
 * Where the ATS does not support the filter Kombo would answer with nothing, and we would create a double: so such a
 * filter is ignored, and every row is looked at here.
 */
async function byEmail(kombo: KomboApi, email: string): Promise<Row | undefined> {
	for await (const rows of kombo.list('/ats/candidates', { email, ignore_unsupported_filters: true })) {
		const found = rows.find((row) => addresses(row).includes(email.toLowerCase()));
		if (found) return found;
	}
	return undefined;
}

function addresses({ email_addresses: list }: Row): string[] {
	return Array.isArray(list) ? list.flatMap((one) => (isObject(one) && typeof one.email_address === 'string' ? [one.email_address.toLowerCase()] : [])) : [];
}

/** As Kombo shows the candidate now, or as it was created while Kombo does not show it. */
async function fresh(kombo: KomboApi, candidate: Row): Promise<Row> {
	return (await kombo.first('/ats/candidates', { ids: String(candidate.id) })) ?? asRow(candidate);
}
