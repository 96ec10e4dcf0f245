import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { simpleRow } from '../../lib/action/simple';
import { isObject } from '../../lib/http/apiDefinition';
import { CAREERS_HOST } from './api';

/** Shapes of outputs, for the editor's preview. Source: https://developers.flatchr.io/en/docs */

const text = () => z.string().nullable();
const id = () => z.string().nullable().describe('Always text, also where Flatchr writes a number');
const time = () => z.string().nullable().describe('ISO 8601, UTC');
const day = () => z.string().nullable().describe('Start of a day: ISO 8601, UTC');
const flag = () => z.boolean().nullable();

export const searchRowModel = (): ZodType =>
	z.object({
		applicant: z.string().describe('ID of the application: what "Applicant" asks for'),
		vacancy_key: id().describe('ID of the vacancy: what "Vacancy" asks for. Null: not found in the list of vacancies'),
		vacancy_id: id().describe("The vacancy's number; 'Vacancy' takes it too"),
		vacancy: text(),
		column_id: id().describe('ID of the column. Null: no column, or two, have this title'),
		column: text(),
		status: z.number().nullable().describe('1 active, 0 archived'),
		hired: flag(),
		score: z.number().nullable(),
		firstname: text(),
		lastname: text(),
		email: text(),
		phone: text(),
		source: text(),
		external_id: id(),
		created_at: day(),
		updated_at: day(),
	});

export const applicantModel = (): ZodType =>
	z.object({
		id: z.string(),
		vacancy_id: id(),
		column_id: id(),
		status: z.number().nullable().describe('1 active, 0 archived'),
		score: z.number().nullable(),
		external_id: id(),
		created_at: time(),
		updated_at: time(),
		candidate: z.object({ id: id(), firstname: text(), lastname: text(), email: text(), phone: text() }).nullable(),
	});

export const createdModel = (): ZodType => z.object({ success: z.boolean(), response: text(), applicant: id().describe('ID of the new application. Null: not asked for, or not found yet'), vacancy_key: id() });
export const messageOfFlatchrModel = (): ZodType => z.object({ statusCode: z.number(), message: z.string() });
export const metaModel = (): ZodType => z.object({ statusCode: z.number(), message: z.object({ resource_type: z.string(), action: z.string() }) });
export const cvModel = (): ZodType => z.object({ key: z.string(), extension: z.string(), bytes: z.number() });

const person = () => z.object({ firstname: text(), lastname: text() });

export const simpleMessage = simpleRow(() => ({
	id: z.string(),
	created_at: time(),
	subject: [text(), 'mail.subject'],
	text: [text(), 'mail.text'],
	author: [text().describe('First and last name'), (row) => nameOf(row.author)],
	candidate_email: [text(), 'candidate.email'],
	auto: flag(),
	delivered: flag(),
	deliver_at: time(),
	attachments: [z.array(z.object({ id: id(), name: text(), key: text(), url: text(), created_at: time() })), (row) => (Array.isArray(row.attachments) ? row.attachments : [])],
}));

export const simpleVacancy = simpleRow(() => ({
	id: z.string(),
	vacancy_id: id().describe('The number that search results carry'),
	slug: text().describe('What creating a candidate asks for'),
	title: text(),
	reference: text(),
	status: z.number().nullable(),
	language: text(),
	contract_type_id: id(),
	remote: z.union([z.string(), z.boolean()]).nullable(),
	salary: z.union([z.string(), z.number()]).nullable(),
	salary_max: z.union([z.string(), z.number()]).nullable(),
	currency: text(),
	address: [text(), ({ address, addressFormatted }) => textOf(isObject(address) ? address.formatted_address : (addressFormatted ?? address))],
	apply_url: text(),
	created_at: time(),
	updated_at: time(),
	start_date: time(),
	end_date: time(),
}));

const vacancyOf = ({ vacancy }: Row): Row => (isObject(vacancy) ? (vacancy as Row) : {});

export const simpleFeedItem = simpleRow(() => ({
	id: z.string(),
	published: flag(),
	publish_date: time(),
	vacancy_id: [id(), (row) => row.vacancy_id ?? vacancyOf(row).vacancy_id ?? null],
	vacancy_key: [id(), 'vacancy.id'],
	slug: [text(), 'vacancy.slug'],
	title: [text(), 'vacancy.title'],
	reference: [text(), 'vacancy.reference'],
	contract_type: [text(), 'vacancy.contract_type'],
	address: [text(), (row) => simpleVacancy.simplify(vacancyOf(row)).address],
	url: [text(), (row) => (textOf(vacancyOf(row).slug) === null ? null : `${CAREERS_HOST}/vacancy/${String(vacancyOf(row).slug)}`)],
}));

export const commentModel = (): ZodType =>
	z.object({ id: z.string(), text: text().describe('HTML'), type: text(), private: flag(), favorite: flag(), created_by: id(), created_at: time(), reply_to: id(), author: person().extend({ id: id() }).nullable(), attachments: z.array(z.unknown()) });

export const taskModel = (): ZodType => z.object({ id: z.string(), type: text(), description: text(), date: time(), value: z.array(z.string()), done: flag() });

export const tagModel = (): ZodType =>
	z.object({ id: z.string(), tag_id: id(), title: text(), values: text().describe('Separated by ;'), type: text().describe('candidates or vacancies'), multiple: flag(), visible: flag(), creatable: flag(), position: z.number().nullable() });
export const traitModel = (): ZodType => z.object({ id: z.string(), tag_id: id(), value: text() });

export const columnModel = (): ZodType => z.object({ id: z.string(), title: text(), company_id: id(), position: z.number().nullable(), visible: flag(), hired: flag().describe('Whether people in it count as hired'), created_at: time(), updated_at: time() });

export const simpleMember = simpleRow(() => ({
	id: z.string(),
	user_id: [id().describe("The user's ID: what tasks ask for"), 'user.id'],
	firstname: [text(), 'user.firstname'],
	lastname: [text(), 'user.lastname'],
	email: [text(), 'user.email'],
	phone: [text(), 'user.phone'],
	role_id: id(),
	last_login: time(),
}));

export const referenceModel = (): ZodType => z.object({ id: z.string(), text: text() });

export function nameOf(value: unknown): string | null {
	return isObject(value) ? [value.firstname, value.lastname].filter((part) => typeof part === 'string' && part !== '').join(' ') || null : null;
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
