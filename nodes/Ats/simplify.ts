/* One flat row a person can read. Null where the provider does not tell. */
import { z } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';
import { lazily } from '../../lib/lazily';
import { APPLICATION_STATUSES, EVENTS, STAGE_CATEGORIES, changeSchema, text, toText, time, type Application, type ApplicationChanges, type Candidate, type Change, type ChangeEvent } from '../../lib/ats/model';

const personShape = () => ({
	candidateId: text('Id of the candidate'),
	candidateName: text('Full name'),
	candidateEmail: text('First e-mail address'),
	candidatePhone: text('First phone number'),
});

const applicationShape = () => ({
	applicationId: text('Id of the application'),
	...personShape(),
	jobId: text('Id of the job'),
	jobTitle: text('Title of the job'),
	stageId: text('Id of the stage'),
	stage: text('Name of the stage'),
	stageCategory: z.enum(STAGE_CATEGORIES).nullable().describe("What kind of step the stage is, by the ATS's own word"),
	status: z.enum(APPLICATION_STATUSES).nullable().describe('Where the application stands'),
	appliedAt: time('When the person applied'),
	updatedAt: time('When the ATS last changed its record'),
});

export const simpleApplicationSchema = lazily(() => z.object(applicationShape()).describe('An application as one flat row'));

export const simpleCandidateSchema = lazily(() => z.object({ ...personShape(), title: text('Present position'), company: text('Present employer'), location: text('Where the candidate lives'), tags: z.array(z.string()).nullable().describe('Names of the tags'), createdAt: time('When the candidate was added'), updatedAt: time('When the ATS last changed its record') }).describe('A person as one flat row'));

export const simpleEventSchema = lazily(() =>
	z.object({
		event: z.enum(EVENTS).describe('What happened'),
		eventId: z.string().describe('Id of this event. The same event never has two'),
		occurredAt: time('When it happened by the provider'),
		...applicationShape(),
		fromStage: text('Name of the stage before, of a move'),
		toStage: text('Name of the stage now, of a move'),
		fromStatus: z.enum(APPLICATION_STATUSES).nullable().describe('Status before, where it changed'),
		toStatus: z.enum(APPLICATION_STATUSES).nullable().describe('Status now, where it changed'),
		changes: z.array(changeSchema()).describe('What changed, with what it was and what it is'),
	}).describe('A change of an application as one flat row'),
);

interface Person {
	id: string | null;
	name: string | null;
	firstName: string | null;
	lastName: string | null;
	emails: Candidate['emails'];
	phones: Candidate['phones'];
}

/** The name as the service writes it, else put together. */
export function nameOf({ name, firstName, lastName }: Pick<Person, 'name' | 'firstName' | 'lastName'>): string | null {
	return name ?? ([firstName, lastName].filter(Boolean).join(' ') || null);
}

function personOf(person: Person | null | undefined): Record<keyof ReturnType<typeof personShape>, string | null> {
	return {
		candidateId: person?.id ?? null,
		candidateName: person ? nameOf(person) : null,
		candidateEmail: person?.emails?.find(({ email }) => email)?.email ?? null,
		candidatePhone: person?.phones?.find(({ phoneNumber }) => phoneNumber)?.phoneNumber ?? null,
	};
}

export function simpleApplication({ id, info, currentStage, raw }: Pick<Application, 'info' | 'currentStage' | 'raw'> & { id: string | null }): Row {
	return {
		applicationId: id,
		...personOf(info?.candidate),
		jobId: info?.jobId ?? null,
		jobTitle: info?.job?.title ?? null,
		stageId: currentStage?.id ?? null,
		stage: currentStage?.text ?? null,
		stageCategory: currentStage?.category ?? null,
		status: info?.status ?? null,
		appliedAt: info?.appliedAt ?? null,
		updatedAt: info?.updatedAt ?? null,
		...(raw === undefined ? {} : { raw: raw as Row }),
	};
}

export function simpleCandidate(candidate: Candidate): Row {
	const { title, company, location, tags, createdAt, updatedAt, raw } = candidate;
	return { ...personOf(candidate), title, company, location, tags: tags?.flatMap((tag) => tag.text ?? []) ?? null, createdAt, updatedAt, ...(raw === undefined ? {} : { raw: raw as Row }) };
}

/** Of a deleted application only the ID is left. */
export function simpleEvent(given: ChangeEvent): Row {
	const { event, eventId, occurredAt, detectedAt, provider, applicationId, application, changes, activity, ...rest } = given;
	const move = changes.find(({ path }) => path === 'currentStage');
	const outcome = changes.find(({ path }) => path === 'info.status');
	return {
		event,
		eventId,
		occurredAt,
		...simpleApplication(application ?? { id: applicationId, info: null, currentStage: null }),
		fromStage: stageName(move?.from),
		toStage: stageName(move?.to),
		fromStatus: statusOf(outcome, 'from'),
		toStatus: statusOf(outcome, 'to'),
		changes: changes as Row[],
		...(activity === undefined ? {} : { activity: activity as Row }),
		provider,
		detectedAt,
		...rest,
	};
}

/** One row an application, with its events in a list. */
export function simpleChanges({ application, applicationId, events, provider, detectedAt }: ApplicationChanges): Row {
	return {
		...simpleApplication(application ?? { id: applicationId, info: null, currentStage: null }),
		events: events.map((one) => simpleEvent({ ...one, application: null, applicationId, provider, detectedAt })).map(({ event, eventId, occurredAt, fromStage, toStage, fromStatus, toStatus, changes }) => ({ event, eventId, occurredAt, fromStage, toStage, fromStatus, toStatus, changes })),
		provider,
		detectedAt,
	};
}

function stageName(value: unknown): string | null {
	return isObject(value) ? toText(value.text) : null;
}

function statusOf(change: Change | undefined, side: 'from' | 'to'): string | null {
	const value = change?.[side];
	return typeof value === 'string' ? value : null;
}
