import { choice, collection, date, dateTime, email, json, locator, mapper, number, rows, text, toggle, type Values } from '../../../../lib/action/field';
import type { Item } from '../../../../lib/action/item';
import type { KomboApi } from '../../api';
import { attachmentsOf, fileFields, sentFile, type RestrictedAction } from '../../files';
import { screeningQuestions, searchStagesOfJob } from '../../lookups';
import { answersOf } from '../../screening';

const kinds = [
	{ name: 'Personal', value: 'PERSONAL' },
	{ name: 'Work', value: 'WORK' },
	{ name: 'Other', value: 'OTHER' },
] as const;

export const candidateName = [
	text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', required: true, placeholder: 'Frank' }),
	text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', required: true, placeholder: 'Doe' }),
	email('email', { displayName: 'Email', description: 'E-mail address of the candidate', required: true, placeholder: 'frank.doe@example.com' }),
] as const;

/** https://docs.kombo.dev/ats/implementation-guide/creating-applications */
export const candidateDetails = collection('candidate', {
	displayName: 'Candidate Details',
	fields: [
		rows('moreEmails', { displayName: 'Additional Emails', addLabel: 'Add Email', rowLabel: 'Email', fields: [choice('type', { displayName: 'Type', options: kinds, description: 'What kind of address it is' }), email('email', { displayName: 'Email', description: 'E-mail address of the candidate', required: true, placeholder: 'frank.doe@example.com' })] }),
		rows('morePhones', { displayName: 'Additional Phones', addLabel: 'Add Phone', rowLabel: 'Phone', fields: [choice('type', { displayName: 'Type', options: kinds, description: 'What kind of number it is' }), text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', required: true, placeholder: '+49 30 1234567' })] }),
		date('availabilityDate', { displayName: 'Available From', description: 'The first day that the candidate could work' }),
		text('city', { displayName: 'City', description: 'Where the candidate lives', placeholder: 'Berlin' }),
		text('company', { displayName: 'Company', description: 'Where the candidate works now', placeholder: 'Acme' }),
		text('country', { displayName: 'Country', placeholder: 'DE', description: 'Two letters; needed for any part of the address' }),
		choice('gender', {
			displayName: 'Gender',
			description: 'As the candidate gave it',
			options: [
				{ name: 'Female', value: 'FEMALE' },
				{ name: 'Male', value: 'MALE' },
				{ name: 'Other', value: 'OTHER' },
			],
		}),
		text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+49 30 1234567' }),
		number('salaryAmount', { displayName: 'Salary Expectation', description: 'The amount, in the currency and period given beside', placeholder: '60000', min: 0 }),
		choice('salaryPeriod', {
			displayName: 'Salary Period',
			description: 'The time that the expected salary is paid for',
			options: [
				{ name: 'Year', value: 'YEAR' },
				{ name: 'Month', value: 'MONTH' },
			],
		}),
		rows('socialLinks', { displayName: 'Social Links', addLabel: 'Add Link', rowLabel: 'Link', fields: [text('url', { displayName: 'URL', description: 'Address of the profile or page', required: true, placeholder: 'https://www.linkedin.com/in/frank' })] }),
		text('state', { displayName: 'State', description: 'Part of the country', placeholder: 'Bavaria' }),
		text('street', { displayName: 'Street', description: 'With the house number', placeholder: 'Lindenallee 4' }),
		text('title', { displayName: 'Title', description: 'Present position of the candidate', placeholder: 'Head of Integrations' }),
		text('zipCode', { displayName: 'ZIP Code', description: 'Postal code', placeholder: '10115' }),
	],
});

type Name = Values<typeof candidateName>;

/** Kombo's `candidate` object. Absent keys stay off the wire. */
export function candidateBody({ firstName, lastName, email, candidate: more }: Name & { candidate: ReturnType<typeof candidateDetails.read> }) {
	const address = { country: more.country, city: more.city, state: more.state, street_1: more.street, zip_code: more.zipCode };
	return {
		first_name: firstName,
		last_name: lastName,
		email_address: email,
		additional_email_addresses: more.moreEmails?.map(({ type, email: email_address }) => ({ type, email_address })),
		company: more.company,
		title: more.title,
		phone_number: more.phone,
		additional_phone_numbers: more.morePhones?.map(({ type, phone }) => ({ type, phone_number: phone })),
		location: Object.values(address).some((part) => part !== undefined) ? address : undefined,
		gender: more.gender,
		// A day, which Kombo types as a moment.
		availability_date: more.availabilityDate === undefined ? undefined : `${more.availabilityDate}T00:00:00.000Z`,
		salary_expectations: more.salaryAmount === undefined ? undefined : { amount: more.salaryAmount, period: more.salaryPeriod ?? 'YEAR' },
		social_links: more.socialLinks,
	};
}

const gdprConsent = rows('gdprConsent', {
	displayName: 'GDPR Consent',
	addLabel: 'Add Consent',
	rowLabel: 'Consent',
	fields: [toggle('given', { displayName: 'Given', default: true, description: 'Whether the candidate has agreed that the data is kept' }), dateTime('expiresAt', { displayName: 'Expires At', description: 'When the consent ends' })],
});

/** All that can be said with a new application, whichever of the two calls makes it. */
export const submission = [
	...candidateName,
	mapper('answers', { displayName: 'Screening Answers', source: screeningQuestions, words: { singular: 'answer', plural: 'answers' }, description: "The chosen job's questions; answer conditional ones only when their condition holds" }),
	rows('attachments', { displayName: 'Attachments', addLabel: 'Add Attachment', rowLabel: 'Attachment', fields: fileFields, description: 'The first CV becomes the résumé' }),
	candidateDetails,
	collection('additionalFields', {
		displayName: 'Additional Fields',
		fields: [
			json('answersJson', { displayName: 'Screening Answers (JSON)', placeholder: '{"GKzE4cYrKhPQdhZZ9fNSR1KE": "answer"}', description: "Instead of the fields above, for example from an earlier node; Kombo's own list form works too" }),
			gdprConsent,
			locator('stageId', { displayName: 'Stage', required: false, search: searchStagesOfJob, description: "Where the application starts; the job's first stage otherwise" }),
			text('sourcedBy', { displayName: 'Sourced By', placeholder: 'remote:1234', description: "The user who found the candidate: Kombo's user ID, or remote: and the ID in the ATS" }),
		],
	}),
] as const;

/** What both calls take in the same place. `action`: as Kombo calls it where it tells its attachment restrictions. */
export async function submissionBody(kombo: KomboApi, item: Item, action: RestrictedAction, p: Values<typeof submission>) {
	const { answersJson, gdprConsent: [consent] = [], sourcedBy } = p.additionalFields;
	return {
		candidate: candidateBody(p),
		attachments: await attachmentsOf(kombo, action, await Promise.all(p.attachments.map(async (file) => await sentFile(item, file)))),
		screening_question_answers: answersOf(p.answers, answersJson),
		sourced_by: sourcedBy === undefined ? undefined : { user_id: sourcedBy },
		gdpr_consent: consent && { given: consent.given, expires_at: consent.expiresAt },
		remote_fields: kombo.remoteFields,
	};
}
