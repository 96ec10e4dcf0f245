import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';

/** Shapes of outputs, for the editor's preview. Sources: https://developers.getknit.dev/reference/application-data-models, .../job-data-models */

const text = (meaning: string) => z.string().nullable().describe(meaning);
const time = (meaning: string) => z.string().nullable().describe(`${meaning}. ISO 8601, UTC`);

export const simpleApplicationModel = (): ZodType =>
	z.object({
		id: z.string(),
		status: text('ACTIVE, REJECTED, HIRED or NOT_SPECIFIED'),
		stageId: text('Stage ID'),
		stage: text('Stage'),
		jobId: text('Job ID'),
		candidateId: text('Candidate ID; Application, Get wants it'),
		firstName: text('First name'),
		lastName: text('Last name'),
		email: text('First e-mail address'),
		phone: text('First phone number'),
		origin: text('How the application came in'),
		rejectionReason: text('Why it was rejected'),
		appliedAt: time('When the person applied'),
		updatedAt: time('When the record changed last'),
	});

export function simpleApplication(row: Row): Row {
	const { info, currentStage, rejection } = row;
	const candidate = part(info, 'candidate');
	return {
		id: pick(info, 'id'),
		status: pick(info, 'status'),
		stageId: pick(currentStage, 'id'),
		stage: pick(currentStage, 'text'),
		jobId: pick(info, 'jobId'),
		candidateId: pick(candidate, 'id'),
		firstName: pick(candidate, 'firstName'),
		lastName: pick(candidate, 'lastName'),
		email: firstOf(part(candidate, 'emails'), 'email'),
		phone: firstOf(part(candidate, 'phones'), 'phoneNumber'),
		origin: pick(info, 'origin'),
		rejectionReason: pick(rejection, 'text'),
		appliedAt: pick(info, 'appliedAt'),
		updatedAt: pick(info, 'updatedAt'),
	};
}

export const simpleJobModel = (): ZodType =>
	z.object({
		id: z.string(),
		title: text('Title'),
		status: text('OPEN, CLOSED or DRAFT'),
		departments: z.array(z.string()).describe('Names of the departments'),
		offices: z.array(z.string()).describe('Names of the offices'),
		stages: z.array(z.object({ id: text('Stage ID'), text: text('Stage') })).describe('Stages of its pipeline'),
		applyUrl: text('Page where people apply'),
		createdAt: time('When the job was made'),
		updatedAt: time('When the record changed last'),
	});

export function simpleJob(row: Row): Row {
	const { info, departments, offices, stages } = row;
	const names = (value: unknown) => listed(value).flatMap((one) => pick(one, 'name') ?? []);
	return {
		id: pick(info, 'id'),
		title: pick(info, 'title'),
		status: pick(info, 'status'),
		departments: names(departments),
		offices: names(offices),
		stages: listed(stages).map((stage) => ({ id: pick(stage, 'id'), text: pick(stage, 'text') })),
		applyUrl: pick(info, 'applyUrl'),
		createdAt: pick(info, 'createdAt'),
		updatedAt: pick(info, 'updatedAt'),
	};
}

export const simpleCandidateModel = (): ZodType =>
	z.object({
		id: z.string(),
		firstName: text('First name'),
		lastName: text('Last name'),
		email: text('First e-mail address'),
		phone: text('First phone number'),
		title: text('Position'),
		company: text('Employer'),
		tags: z.array(z.string()).describe('Tags'),
		applications: z.array(z.string()).describe('IDs of the applications'),
		updatedAt: time('When the record changed last'),
	});

export function simpleCandidate(row: Row): Row {
	// Search answers with the record itself or with its models: both were seen.
	const info = isObject(row.info) ? row.info : row;
	const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);
	return {
		id: pick(info, 'id'),
		firstName: pick(info, 'firstName'),
		lastName: pick(info, 'lastName'),
		email: firstOf(part(info, 'emails'), 'email'),
		phone: firstOf(part(info, 'phones'), 'phoneNumber'),
		title: pick(info, 'title'),
		company: pick(info, 'company'),
		tags: texts(part(info, 'tags')),
		applications: texts(part(info, 'applications')),
		updatedAt: pick(info, 'updatedAt'),
	};
}

export const createdApplicationModel = (): ZodType => z.object({ applicationId: z.string(), candidateId: text('Candidate ID'), jobId: text('Job ID') });
export const createdJobModel = (): ZodType => z.object({ jobId: z.string() });
export const startedSyncModel = (): ZodType => z.object({ syncJobId: text('ID of the sync'), syncRunId: text('ID of this run; its events carry it') });
export const subscriptionModel = (): ZodType =>
	z.object({ webhookUrl: text('To be entered in the ATS, where it wants one').optional(), metaData: z.object({ webhookToken: text('Goes with the address') }).optional() });
export const integrationModel = (): ZodType => z.object({ id: text('The app, such as workable'), category: text('Such as ATS'), integrationId: text('Integration ID'), isActive: z.boolean().nullable(), deactivatedAt: time('When it was switched off') });
export const sessionModel = (): ZodType => z.object({ token: z.string().describe("For Knit's connection component in the browser") });
export const passthroughModel = (): ZodType => z.object({ headers: z.record(z.string(), z.unknown()).nullable(), body: z.unknown().describe("The ATS's answer: JSON, or text where it is none") });
export const doneModel = (): ZodType => z.object({ success: z.boolean() });

export function part(value: unknown, key: string): unknown {
	return isObject(value) ? value[key] : undefined;
}

export function pick(value: unknown, key: string): string | null {
	const found = part(value, key);
	return typeof found === 'string' ? found : null;
}

export function listed(value: unknown): Array<Record<string, unknown>> {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The first that is there: an ATS may keep a line of nothing. Knit's tables type some lists as one object. */
export function firstOf(value: unknown, key: string): string | null {
	return (Array.isArray(value) ? value : [value]).map((one) => pick(one, key)).find((text) => text !== null && text.trim() !== '') ?? null;
}
