import { settled } from '../../lib/errors';
import { binary, choice, collection, email, id, rows, text, toggle, when, type Values } from '../../lib/action/field';
import type { Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { sameAddress } from '../../lib/ats/kit';
import { clock } from '../../lib/clock';
import { fileTypeOf } from '../../lib/http/fileType';
import type { FlatchrApi } from './api';
import { filled, vacancySlug, wireNumber } from './fields';

/** https://developers.flatchr.io/en/docs/QuickStart/Candidats/Creer_un_candidat */
export const newCandidateFields = [
	vacancySlug,
	text('firstname', { displayName: 'First Name', description: 'Given name of the candidate', required: true, placeholder: 'Amélie' }),
	text('lastname', { displayName: 'Last Name', description: 'Family name of the candidate', required: true, placeholder: 'Martin' }),
	email('email', { displayName: 'Email', placeholder: 'amelie.martin@example.com', hint: 'Some companies have made it mandatory' }),
	choice('cvSource', {
		displayName: 'CV Source',
		description: 'Where the CV is',
		options: [
			{ name: 'Input Binary Field', value: 'document' },
			{ name: 'URL', value: 'link', description: 'Flatchr fetches it' },
		],
	}),
	when(binary('binaryField'), { cvSource: ['document'] }),
	when(text('cvUrl', { displayName: 'CV URL', description: 'Where the CV can be fetched without logging in', required: true, placeholder: 'https://example.com/cv.pdf' }), { cvSource: ['link'] }),
	collection('additionalFields', {
		displayName: 'Additional Fields',
		fields: [
			rows('answers', {
				displayName: 'Answers',
				addLabel: 'Add Answer',
				rowLabel: 'Answer',
				fields: [text('question', { displayName: 'Question', placeholder: 'When can you start?', required: true, description: 'Text of the question, or the ID of its tag' }), text('value', { displayName: 'Answer', description: 'What the candidate answered', required: true, placeholder: 'From May' })],
			}),
			text('comment', { displayName: 'Comment', placeholder: 'I would like to work four days a week.', rows: 3, description: 'Cover letter' }),
			text('facebook', { displayName: 'Facebook URL', description: "The candidate's profile at Facebook", placeholder: 'https://www.facebook.com/amelie.martin' }),
			text('linkedin', { displayName: 'LinkedIn URL', description: "The candidate's profile at LinkedIn", placeholder: 'https://www.linkedin.com/in/amelie' }),
			toggle('legalNewsletterPartners', { displayName: 'Newsletter of Partners', description: 'Whether the candidate has agreed to newsletters' }),
			text('other', { displayName: 'Other URL', description: 'Any other page of the candidate', placeholder: 'https://amelie-martin.example.com' }),
			text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+33123456789' }),
			text('response_text', { displayName: 'Response Text', placeholder: 'Thank you, we will write soon.', description: "Instead of Flatchr's own reply" }),
			toggle('similarities', { displayName: 'Similar Vacancies', description: 'Whether the answer lists similar vacancies' }),
			id('offererId', { displayName: 'Source ID', required: false, placeholder: '75', description: 'Where the candidate comes from: 75 is the career site, others are given by Flatchr' }),
			text('twitter', { displayName: 'Twitter URL', description: "The candidate's profile at X, once Twitter", placeholder: 'https://x.com/ameliemartin' }),
			id('userId', { displayName: 'User Key', placeholder: 'Ov8Wp1LPmpkqnDrM', required: false, description: 'The user who adds the candidate; Flatchr shows the key under Advanced Settings, Advanced, API' }),
		],
	}),
] as const;

export type NewCandidateValues = Values<typeof newCandidateFields>;

export async function candidateBody(flatchr: FlatchrApi, item: Item, p: NewCandidateValues): Promise<Record<string, unknown>> {
	const { facebook, linkedin, twitter, other, offererId, userId, answers, ...more } = p.additionalFields;
	const urls = filled({ facebook, linkedin, twitter, other });
	return filled({
		...more,
		vacancy: p.vacancySlug,
		firstname: p.firstname,
		lastname: p.lastname,
		email: p.email,
		...(p.cvUrl === undefined ? document(await item.readFile(p.binaryField ?? 'data')) : { type: 'link', resume: p.cvUrl }),
		urls: Object.keys(urls).length > 0 ? urls : undefined,
		offerer_id: offererId === undefined ? undefined : wireNumber(offererId),
		user_id: userId,
		answers: answers !== undefined && answers.length > 0 ? answers : undefined,
		...keyInBody(flatchr),
	});
}

export function document({ data, name, mimeType: declared }: { data: Buffer; name: string; mimeType: string }) {
	return { type: 'document', resume: { data: data.toString('base64'), fileName: name, contentType: fileTypeOf({ declared, name, data }) ?? 'application/octet-stream' } };
}

/** Older documentation wants the key here too, the newest does not say; both together are known to work. */
export function keyInBody(flatchr: FlatchrApi) {
	return { token: flatchr.account.apiKey };
}

/** Waits before each look: a search may not show the newcomer at once. */
const LOOKS_MS = [0, 1000, 2000];

export interface NewApplicant<Answer> {
	answer: Answer;
	/** ID of the new application; null where nobody can say which one it is. */
	applicant: string | null;
	vacancyKey: string | null;
	/** Why there is no ID, in words. */
	unclear?: string;
}

/**
 * Creates, and tells which application is the new one: the answer names no ID, so the search is asked before and after. What is
 * there afterwards and was not before is the new one, as long as it is one alone: two people may be created at the same time.
 */
export async function createAndFind<Answer>(flatchr: FlatchrApi, { email, slug }: { email: string; slug: string }, create: () => Promise<Answer>, signal?: AbortSignal): Promise<NewApplicant<Answer>> {
	const look = async () => {
		const vacancy = (await flatchr.known(flatchr.company('/vacancies'))).find((row) => row.slug === slug);
		const rows = (await applicationsOf(flatchr, email)).filter((row) => vacancy === undefined || row.vacancy_id === vacancy.vacancy_id);
		return { vacancyKey: typeof vacancy?.id === 'string' ? vacancy.id : null, applicants: rows.flatMap(({ applicant }) => (typeof applicant === 'string' ? [applicant] : [])) };
	};
	// Who may not search may create all the same.
	const before = await settled(look);
	signal?.throwIfAborted();
	const answer = await create();
	const unclear = (why: string) => ({ answer, applicant: null, vacancyKey: before instanceof Error ? null : before.vacancyKey, unclear: `The candidate was created, but ${why}: look for the application later with Find by Email, and do not create it again` });
	if (before instanceof Error) return unclear(`which application is the new one cannot be told, since looking before failed (${before.message})`);
	try {
		for (const wait of LOOKS_MS) {
			if (wait > 0) await clock.sleep(wait, signal);
			const { vacancyKey, applicants } = await look();
			const [applicant, ...others] = new Set(applicants.filter((one) => !before.applicants.includes(one)));
			if (others.length > 0) return unclear('the search shows several new applications of this person');
			if (applicant !== undefined) return { answer, applicant, vacancyKey };
		}
		return unclear('the search does not show it yet');
	} catch (error) {
		signal?.throwIfAborted();
		// The person exists: an error here would make somebody create them twice.
		return unclear(`looking for it failed (${error instanceof Error ? error.message : String(error)})`);
	}
}

/** Applications of the person with this address. Whatever else the search gives is left out. */
export async function applicationsOf(flatchr: FlatchrApi, email: string, filters: object = {}): Promise<Row[]> {
	return (await flatchr.search({ email, ...filters })).filter((row) => typeof row.email === 'string' && sameAddress(row.email, email));
}
