import { ApiError, rethrow } from '../../lib/errors';
import { toId, toText, type Application, type ModelKey } from '../../lib/ats/model';
import type { Query } from '../../lib/http/path';
import type { GreenhouseApi, Row } from './api';
import { byId, idOf, isApplication, lastStay, stageOf, toApplication, type ById, type Parts } from './mapping';

/** Undefined: this credential may not read that list, so nothing is known of it. */
export async function ifAllowed<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		return error instanceof ApiError && error.facts.status === 403 ? undefined : rethrow(error);
	}
}

/** Where the rows of other lists come from. */
export type Lists = Pick<GreenhouseApi, 'of' | 'known'>;

/** Rows by the application that they belong to; undefined: nothing is known of them. */
function byApplication(list: readonly Row[] | undefined): (id: string) => Row[] | undefined {
	const found = list && new Map<string | null, Row[]>();
	for (const row of list ?? []) {
		const id = toId(row.application_id);
		const mine = found?.get(id);
		if (mine) mine.push(row);
		else found?.set(id, [row]);
	}
	return (id) => found && (found.get(id) ?? []);
}

export interface Whole {
	application: Application;
	/** Models that are told. */
	known: ReadonlySet<ModelKey>;
}

/** Everything about these rows of `/applications` that stands in other lists, which take 50 ids at a time. */
export async function completed(lists: Lists, rows: readonly Row[], models: readonly ModelKey[], raw = false): Promise<Whole[]> {
	const found = rows.filter(isApplication);
	if (found.length === 0) return [];
	const ids = found.map(idOf);
	const of = async (path: string, filter: string, wanted: readonly string[], query: Query = {}) => (wanted.length === 0 ? [] : await ifAllowed(lists.of(path, filter, wanted, query)));
	const lookup = async (path: string, query: Query = {}) => mapOf(await ifAllowed(lists.known(path, query)));
	const wants = (model: ModelKey) => models.includes(model);

	const people = wants('info') ? mapOf(await of('/candidates', 'ids', found.flatMap(({ candidate_id: id }) => toId(id) ?? []))) : undefined;
	// The field was seen on a live account, and is absent from the published schema; and after the end of an application it is empty.
	const stageless = wants('currentStage') ? found.filter((row) => stageOf(row) === null).map(idOf) : [];
	const stays = await of('/application_stages', 'application_ids', stageless);
	const staysOf = byApplication(stays);
	const lastStays = new Map(stageless.map((id) => [id, lastStay(staysOf(id) ?? [])]));
	const nameless = found.filter((row) => toText(row.stage_name) === null).flatMap((row) => toId(lastStays.get(idOf(row))?.job_interview_stage_id) ?? []);
	const rejected = wants('rejection') ? found.filter(({ status }) => status === 'rejected').map(idOf) : [];
	const rejections = await of('/rejection_details', 'application_ids', rejected);
	const interviews = wants('interviews') ? await of('/interviews', 'application_ids', ids) : undefined;
	const panels = interviews && (await of('/interviewers', 'interview_ids', interviews.map(idOf)));
	// All versions: the first one's id is the offer's.
	const offers = wants('offers') ? await of('/offers', 'application_ids', ids) : undefined;
	const attachments = wants('attachments') ? await of('/attachments', 'application_ids', ids) : undefined;

	const shared: Parts = {
		stages: mapOf(await of('/job_interview_stages', 'ids', nameless)),
		interviewers: panels,
		reasons: rejections && rejections.length > 0 ? await lookup('/rejection_reasons', { include_defaults: true }) : undefined,
		users: wants('info') || (interviews && interviews.length > 0) ? await lookup('/users') : undefined,
		sources: wants('info') ? await lookup('/sources') : undefined,
		slots: interviews && interviews.length > 0 ? mapOf(await of('/job_interviews', 'ids', interviews.flatMap(({ job_interview_id: id }) => toId(id) ?? []))) : undefined,
	};
	const [rejectionsOf, interviewsOf, offersOf, attachmentsOf] = [rejections, interviews, offers, attachments].map(byApplication);
	return found.map((row) => {
		const id = idOf(row);
		const parts: Parts = {
			...shared,
			candidate: people?.get(toId(row.candidate_id) ?? ''),
			stay: lastStays.get(id),
			rejection: rejectionsOf?.(id)?.[0],
			interviews: interviewsOf?.(id)?.filter(hasSlot),
			offers: offersOf?.(id),
			attachments: attachmentsOf?.(id),
		};
		const application = toApplication(row, parts, models, raw);
		// The list of details may be a little behind: which rejection it is is then unknown, and not none.
		const known = row.status === 'rejected' && !parts.rejection ? models.filter((model) => model !== 'rejection') : models;
		return { application, known: knownOf(application, known) };
	});
}

/** A placeholder for an interview that nobody has set a time for, or a test to do at home, is no interview of the model's kind. */
export function hasSlot({ status }: Row): boolean {
	return !['to_be_scheduled', 'to_be_sent', 'sent', 'received'].includes(String(status));
}

/** A stage that is not told is not known: what is remembered of it stays. */
export function knownOf(application: Application, models: readonly ModelKey[]): ReadonlySet<ModelKey> {
	return new Set(models.filter((model) => model === 'rejection' || application[model] !== null));
}

function mapOf(rows: readonly Row[] | undefined): ById | undefined {
	return rows && byId(rows);
}
