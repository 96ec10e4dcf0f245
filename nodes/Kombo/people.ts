import type { Row } from '../../lib/action/operation';
import { recordsIn, sameAddress } from '../../lib/ats/kit';
import type { Query } from '../../lib/http/path';
import { orAll, type KomboApi } from './api';

export const CANDIDATES = '/ats/candidates';

/** Filters that a connected ATS may not know. */
const OF_THE_ATS = ['first_name', 'last_name', 'job_ids'];

/** Candidates as they are listed. An address is compared here too: a connected ATS may match it loosely, or show everybody. */
export async function* candidatesOf(kombo: KomboApi, query: Query, limit?: number): AsyncGenerator<readonly Row[]> {
	const { email } = query;
	if (typeof email !== 'string') return yield* kombo.list(CANDIDATES, query, limit);
	const alone = OF_THE_ATS.every((name) => query[name] === undefined);
	for await (const rows of kombo.list(CANDIDATES, alone ? { ...query, ...orAll({ email }) } : query)) yield rows.filter((row) => recordsIn(row.email_addresses).some(({ email_address: one }) => typeof one === 'string' && sameAddress(one, email)));
}
