import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { simpleRow } from '../../lib/action/simple';
import { isObject } from '../../lib/http/apiDefinition';

/** Shapes of outputs, for the editor's preview. Sources: https://developers.getknit.dev/reference/application-data-models, .../job-data-models */

const text = (meaning: string) => z.string().nullable().describe(meaning);
const time = (meaning: string) => z.string().nullable().describe(`${meaning}. ISO 8601, UTC`);

export const simpleApplication = simpleRow(() => ({
	id: [z.string(), 'info.id'],
	status: [text('ACTIVE, REJECTED, HIRED or NOT_SPECIFIED'), 'info.status'],
	stageId: [text('Stage ID'), 'currentStage.id'],
	stage: [text('Stage'), 'currentStage.text'],
	jobId: [text('Job ID'), 'info.jobId'],
	candidateId: [text('Candidate ID; Application, Get wants it'), 'info.candidate.id'],
	firstName: [text('First name'), 'info.candidate.firstName'],
	lastName: [text('Last name'), 'info.candidate.lastName'],
	email: [text('First e-mail address'), ({ info }) => firstOf(part(part(info, 'candidate'), 'emails'), 'email')],
	phone: [text('First phone number'), ({ info }) => firstOf(part(part(info, 'candidate'), 'phones'), 'phoneNumber')],
	origin: [text('How the application came in'), 'info.origin'],
	rejectionReason: [text('Why it was rejected'), 'rejection.text'],
	appliedAt: [time('When the person applied'), 'info.appliedAt'],
	updatedAt: [time('When the record changed last'), 'info.updatedAt'],
}));

const names = (value: unknown) => listed(value).flatMap((one) => pick(one, 'name') ?? []);

export const simpleJob = simpleRow(() => ({
	id: [z.string(), 'info.id'],
	title: [text('Title'), 'info.title'],
	status: [text('OPEN, CLOSED or DRAFT'), 'info.status'],
	departments: [z.array(z.string()).describe('Names of the departments'), ({ departments }) => names(departments)],
	offices: [z.array(z.string()).describe('Names of the offices'), ({ offices }) => names(offices)],
	stages: [z.array(z.object({ id: text('Stage ID'), text: text('Stage') })).describe('Stages of its pipeline'), ({ stages }) => listed(stages).map((stage) => ({ id: pick(stage, 'id'), text: pick(stage, 'text') }))],
	applyUrl: [text('Page where people apply'), 'info.applyUrl'],
	createdAt: [time('When the job was made'), 'info.createdAt'],
	updatedAt: [time('When the record changed last'), 'info.updatedAt'],
}));

/** Search answers with the record itself or with its models: both were seen. */
const ofPerson = (name: string, read: (value: unknown) => unknown = (value) => value ?? null) => ({ info, ...row }: Row) => read(part(isObject(info) ? info : row, name));
const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);

export const simpleCandidate = simpleRow(() => ({
	id: [z.string(), ofPerson('id')],
	firstName: [text('First name'), ofPerson('firstName')],
	lastName: [text('Last name'), ofPerson('lastName')],
	email: [text('First e-mail address'), ofPerson('emails', (emails) => firstOf(emails, 'email'))],
	phone: [text('First phone number'), ofPerson('phones', (phones) => firstOf(phones, 'phoneNumber'))],
	title: [text('Position'), ofPerson('title')],
	company: [text('Employer'), ofPerson('company')],
	tags: [z.array(z.string()).describe('Tags'), ofPerson('tags', texts)],
	applications: [z.array(z.string()).describe('IDs of the applications'), ofPerson('applications', texts)],
	updatedAt: [time('When the record changed last'), ofPerson('updatedAt')],
}));

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
