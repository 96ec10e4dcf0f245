import type { CheckedList } from '../../lib/ats/provider';
import { isObject } from '../../lib/http/apiDefinition';
import { toId, toMillis } from '../../lib/ats/model';
import { PAGE_SIZE, rightFor, type AshbyApi, type AshbyMethod, type Given } from './api';
import { ACCEPTANCE_WORDS, SCHEDULE_WORDS, STAGE_WORDS, STATUS_WORDS, toApplication, toCandidate, toInterviews, toJob, toOffer } from './mapping';

/** Ashby's lists for Check Connection: the words in them that the mapping has no other word for, and what cannot be read. */

type Words = Readonly<Record<string, readonly string[]>>;

interface List {
	name: string;
	method: AshbyMethod;
	models?: CheckedList['models'];
	body?: Given;
	read?(row: Given): unknown;
	words?(row: Given): Words;
}

/** Words that the document knows and the model has nothing to say for. */
const WAITING = ['NeedsScheduling', 'WaitingOnCandidateBooking', 'WaitingOnCandidateAvailability', 'CandidateAvailabilitySubmitted', 'OnHold', 'Unknown'];

const LISTS: readonly List[] = [
	{
		name: 'Applications',
		method: 'application.list',
		models: ['info', 'currentStage', 'rejection'],
		read: (row) => toApplication(row, ['info', 'currentStage', 'rejection']),
		words: ({ status, currentInterviewStage }) => ({ status: unknown(status, Object.keys(STATUS_WORDS)), 'stage type': unknown(isObject(currentInterviewStage) ? currentInterviewStage.type : undefined, Object.keys(STAGE_WORDS)) }),
	},
	{ name: 'Candidates', method: 'candidate.list', models: ['attachments'], read: (row) => toCandidate(row) },
	{ name: 'Jobs', method: 'job.list', body: { status: ['Draft', 'Open', 'Closed', 'Archived'] }, read: (row) => toJob(row, null) },
	{ name: 'Interviews', method: 'interviewSchedule.list', models: ['interviews'], read: toInterviews, words: ({ status }) => ({ status: unknown(status, [...Object.keys(SCHEDULE_WORDS), ...WAITING]) }) },
	{ name: 'Offers', method: 'offer.list', models: ['offers'], read: toOffer, words: ({ acceptanceStatus }) => ({ acceptanceStatus: unknown(acceptanceStatus, Object.keys(ACCEPTANCE_WORDS)) }) },
	{ name: 'Interview Plans', method: 'interviewPlan.list' },
	{ name: 'Tags', method: 'candidateTag.list' },
	{ name: 'Users', method: 'user.list' },
];

export function checkedLists(ashby: AshbyApi): readonly CheckedList[] {
	return LISTS.map(({ name, method, models, body = {}, read, words }) => ({
		name,
		right: rightFor(method),
		...(models ? { models } : {}),
		page: async ({ cursor }) => {
			const { rows, next, answer } = await ashby.page(method, { ...body, limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) });
			const order = rows.map(({ createdAt }) => toMillis(createdAt)).filter((at) => at !== null);
			return {
				ids: rows.map(({ id }) => toId(id) ?? ''),
				next,
				answer,
				...(order.length === rows.length ? { order } : {}),
				...(words ? { unknownWords: merged(rows.map(words)) } : {}),
				...(read ? { unreadable: rows.flatMap((row, place) => failureOf(read, row, place)) } : {}),
			};
		},
	}));
}

function unknown(word: unknown, known: readonly string[]): readonly string[] {
	return typeof word === 'string' && !known.some((one) => one.toUpperCase() === word.toUpperCase()) ? [word] : [];
}

function merged(all: readonly Words[]): Record<string, string[]> {
	const words: Record<string, string[]> = {};
	for (const one of all) for (const [field, found] of Object.entries(one)) if (found.length > 0) (words[field] ??= []).push(...found);
	return words;
}

function failureOf(read: (row: Given) => unknown, row: Given, place: number): string[] {
	try {
		read(row);
		return [];
	} catch (error) {
		return [`results[${place}]: ${error instanceof Error ? error.message : String(error)}`];
	}
}
