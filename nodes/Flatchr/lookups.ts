import type { INodePropertyOptions } from 'n8n-workflow';

import { clock } from '../../lib/clock';
import type { Dropdown, Search } from '../../lib/action/lookups';
import type { Row } from '../../lib/action/operation';
import { plainText } from '../../lib/http/plainText';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import type { FlatchrApi } from './api';
import { filterDay } from './dates';
import { nameOf } from './models';
import { DAY } from '../../lib/poll/limits';

/** Without a filter a search gives everybody: the dropdown then offers who changed lately. */
const LATELY = 30 * DAY;
const DROPDOWN_ROWS = 200;

/** Reference lists; other languages than French are unverified. https://github.com/flatchr/FlatchrDocs */
export const REFERENCE_LANGUAGE = 'fr';

/** All lists are short and whole. */
function searchOf(name: string, read: (flatchr: FlatchrApi, editor: { current(field: string): string | undefined }) => Promise<INodePropertyOptions[]>, dependsOn?: readonly string[]): Search<FlatchrApi> {
	return {
		kind: 'search',
		name,
		...(dependsOn ? { dependsOn } : {}),
		async run(flatchr, _ask, editor) {
			const options = await read(flatchr, editor);
			return { results: options.map(({ name: label, value }) => ({ name: label, value: String(value) })) };
		},
	};
}

function dropdownOf(name: string, read: (flatchr: FlatchrApi, editor: { current(field: string): string | undefined }) => Promise<INodePropertyOptions[]>, dependsOn?: readonly string[]): Dropdown<FlatchrApi> {
	return { kind: 'dropdown', name, ...(dependsOn ? { dependsOn } : {}), run: read };
}

const vacancies = async (flatchr: FlatchrApi) => await flatchr.list(flatchr.company('/vacancies'));
const vacancyName = (row: Row) => label(row.title ?? row.slug, row.reference, row.status === 1 ? undefined : `status ${String(row.status)}`);

export const searchVacancies = searchOf('searchVacancies', async (flatchr) => (await vacancies(flatchr)).map((row) => ({ name: vacancyName(row), value: String(row.id) })));
export const searchVacancySlugs = searchOf('searchVacancySlugs', async (flatchr) => (await vacancies(flatchr)).filter((row) => row.slug).map((row) => ({ name: vacancyName(row), value: String(row.slug) })));

/** Flatchr matches email and names; a chosen vacancy narrows the list. */
export const searchApplicants: Search<FlatchrApi> = {
	kind: 'search',
	name: 'searchApplicants',
	async run(flatchr, { filter }, editor) {
		const vacancy = editor.current('vacancyId');
		const lately = vacancy ? {} : { start_update: filterDay(clock.now() - LATELY) };
		const by = filter && (filter.includes('@') ? { email: filter } : { lastname: filter.split(/\s+/).at(-1) });
		const named = by ? await flatchr.search({ ...by, ...(vacancy ? { vacancy } : {}) }) : [];
		// Who is not found so may be found here by a first name, without an accent, or by the vacancy.
		const rows = named.length > 0 ? named : await flatchr.search({ ...lately, ...(vacancy ? { vacancy } : {}) });
		return { results: rows.slice(0, filter ? undefined : DROPDOWN_ROWS).map((row) => ({ name: label(nameOf(row) ?? row.email, row.vacancy, row.column), search: label(row.email), value: String(row.applicant) })) };
	},
};

const columns = async (flatchr: FlatchrApi) => await flatchr.list(flatchr.company('/columns'));
export const searchColumns = searchOf('searchColumns', async (flatchr) => (await columns(flatchr)).map((row) => ({ name: label(row.title, row.visible === false ? 'hidden' : undefined), value: String(row.id) })));
/** The search filters by a column's title. */
export const loadColumnTitles = dropdownOf('loadColumnTitles', async (flatchr) => [...new Set((await columns(flatchr)).map((row) => String(row.title)))].map((title) => ({ name: title, value: title })));

const members = async (flatchr: FlatchrApi) =>
	(await flatchr.list(flatchr.company('/members'), { fields: 'user' })).flatMap(({ user }) => (isObject(user) && user.id ? [{ name: label(nameOf(user), user.email), value: String(user.id) }] : []));
/** By the user's ID, not the member's: that is what tasks take. */
export const searchUsers = searchOf('searchUsers', members);
export const loadUsers = dropdownOf('loadUsers', members);

const tags = async (flatchr: FlatchrApi) => (await flatchr.list(flatchr.company('/tags'))).filter((row) => row.type !== 'vacancies');
export const searchTags = searchOf('searchTags', async (flatchr) => (await tags(flatchr)).map((row) => ({ name: String(row.title ?? row.id), value: String(row.id) })));
/** The values of the tag chosen above. */
export const searchTagValues = searchOf('searchTagValues', async (flatchr, editor) => {
	const tag = (await tags(flatchr)).find((row) => row.id === editor.current('tagId'));
	return valuesOf(tag?.values).map((one) => ({ name: one, value: one }));
}, ['tagId.value']);

/** `A; B;C` as a list. */
export function valuesOf(values: unknown): string[] {
	return typeof values === 'string' ? values.split(';').map((one) => one.trim()).filter((one) => one !== '') : [];
}

export const searchTasks = searchOf('searchTasks', async (flatchr) =>
	(await flatchr.list(flatchr.company('/tasks'))).filter((row) => row.done !== true).map((row) => ({ name: label(row.description, row.date), value: String(row.id) })),
);

export const searchComments = searchOf('searchComments', async (flatchr, editor) => {
	const applicant = editor.current('applicantId');
	if (!applicant) return [];
	const comments = await flatchr.list(flatchr.company(path`/applicant/${applicant}/comments`), { fields: 'author' });
	return comments.map((row) => ({ name: label(plainText(String(row.text ?? '')).slice(0, 60), nameOf(row.author), row.created_at), value: String(row.id) }));
}, ['applicantId.value']);

export const loadActivities = referenceOf('loadActivities', '/activities');
export const loadChannels = referenceOf('loadChannels', '/channels');
export const loadContracts = referenceOf('loadContracts', '/contracts');
export const loadEducationLevels = referenceOf('loadEducationLevels', '/educationLevels');
/** Occupations of the channel chosen above. */
export const loadOccupations = dropdownOf('loadOccupations', async (flatchr, editor) => {
	const channel = editor.current('channelId');
	return channel ? await references(flatchr, path`/channels/${channel}/metiers`) : [];
}, ['channelId']);

function referenceOf(name: string, address: string): Dropdown<FlatchrApi> {
	return dropdownOf(name, async (flatchr) => await references(flatchr, address));
}

/** `{ id, text }` is seen for activities only; the others may name their text otherwise. */
async function references(flatchr: FlatchrApi, address: string): Promise<INodePropertyOptions[]> {
	const rows = await flatchr.list(address, { lang: REFERENCE_LANGUAGE });
	return rows.map((row) => ({ name: String(row.text ?? row.title ?? row.name ?? row.label ?? row.id), value: String(row.id) })).sort((a, b) => a.name.localeCompare(b.name));
}

function label(...parts: unknown[]): string {
	return parts.filter((part) => part !== undefined && part !== null && part !== '').map(String).join(' · ');
}
