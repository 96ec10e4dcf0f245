import { ApiError, rethrow } from '../../lib/errors';
import { toId, type Attachment, type Interview, type ModelKey, type Offer } from '../../lib/ats/model';
import type { AshbyApi, AshbyMethod, Given } from './api';
import { toFiles, toInterviews, toOffer, type Parts } from './mapping';

/* What belongs to an application and stands in other lists: asked for one application, or read once for many. */

/** The parts of an application that have a list of their own. */
export const SIDES = [
	{ model: 'interviews', method: 'interviewSchedule.list' },
	{ model: 'offers', method: 'offer.list' },
	{ model: 'attachments', method: 'candidate.list' },
] as const satisfies ReadonlyArray<{ model: ModelKey; method: AshbyMethod }>;

export type Side = (typeof SIDES)[number];
/** The side lists, read whole before the applications are, so that the rows of these are whole. */
export class Collected {
	/** Lists that have been read to their end. */
	private readonly lists = new Set<AshbyMethod>();
	/** By application. */
	private readonly interviews = new Map<string, Interview[]>();
	private readonly offers = new Map<string, Offer[]>();
	/** By candidate. */
	private readonly attachments = new Map<string, Attachment[]>();
	/** Applications and candidates of which newer parts have been shown since. */
	private readonly outdated = new Set<string>();

	add(method: AshbyMethod, row: Given): void {
		if (method === 'candidate.list') {
			const id = toId(row.id);
			if (id !== null) this.attachments.set(id, toFiles(row).map(({ attachment }) => attachment));
			return;
		}
		const id = toId(row.applicationId);
		if (id === null) return;
		if (method === 'offer.list') this.offers.set(id, replaced(this.offers.get(id), [toOffer(row)]));
		else this.interviews.set(id, replaced(this.interviews.get(id), toInterviews(row)));
	}

	end(method: AshbyMethod): void {
		this.lists.add(method);
	}

	outdate(id: string): void {
		this.outdated.add(id);
	}

	/** What is known of the parts of one application. */
	partsOf(row: Given): Parts {
		const id = toId(row.id) ?? '';
		const person = personIdOf(row) ?? '';
		if (this.outdated.has(id)) return {};
		return {
			...(this.lists.has('interviewSchedule.list') ? { interviews: this.interviews.get(id) ?? [] } : {}),
			...(this.lists.has('offer.list') ? { offers: this.offers.get(id) ?? [] } : {}),
			...(this.lists.has('candidate.list') && !this.outdated.has(person) ? { attachments: this.attachments.get(person) ?? null } : {}),
		};
	}
}

/** A row may come twice. */
function replaced<Part extends { id: string | null }>(known: readonly Part[] = [], news: readonly Part[]): Part[] {
	return [...known.filter((one) => one.id === null || !news.some(({ id }) => id === one.id)), ...news];
}

export function personIdOf({ candidate }: Given): string | null {
	return typeof candidate === 'object' && candidate !== null && 'id' in candidate ? toId(candidate.id) : null;
}

/** The application, or null where Ashby knows none with this id (deleted, merged, or of a job that became confidential). */
export async function applicationOf(ashby: AshbyApi, id: string): Promise<Given | null> {
	try {
		return await ashby.record('application.info', { applicationId: id });
	} catch (error) {
		return error instanceof ApiError && error.facts.code === 'application_not_found' ? null : rethrow(error);
	}
}

/** The parts that stand in other lists, of one application. A list that the key may not read is left out. */
export async function partsOf(ashby: AshbyApi, applicationId: string | null, candidateId: string | null, models: readonly ModelKey[]): Promise<Parts> {
	const listed = async <Part>(model: ModelKey, method: AshbyMethod, read: (row: Given) => Part[]): Promise<Part[] | undefined> => {
		if (!models.includes(model) || applicationId === null) return undefined;
		return await permitted(async () => {
			const parts: Part[] = [];
			for await (const rows of ashby.list(method, { applicationId })) parts.push(...rows.flatMap(read));
			return parts;
		});
	};
	const [interviews, offers, files] = await Promise.all([
		listed('interviews', 'interviewSchedule.list', toInterviews),
		listed('offers', 'offer.list', (row) => [toOffer(row)]),
		models.includes('attachments') && candidateId !== null ? ashby.record('candidate.info', { id: candidateId }).then(toFiles) : undefined,
	]);
	return { interviews, offers, attachments: files?.map(({ attachment }) => attachment) };
}

/** What `read` gives; undefined where the key lacks the right for it. */
export async function permitted<T>(read: () => Promise<T>, mayLack = true): Promise<T | undefined> {
	try {
		return await read();
	} catch (error) {
		if (mayLack && error instanceof ApiError && error.facts.code === 'missing_endpoint_permission') return undefined;
		return rethrow(error);
	}
}

