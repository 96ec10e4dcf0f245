import { choice, collection, dateTime, number, rows, text, toggle, type Values } from '../../../../lib/action/field';

const kinds = [
	{ name: 'Personal', value: 'PERSONAL' },
	{ name: 'Work', value: 'WORK' },
	{ name: 'Other', value: 'OTHER' },
] as const;

export const candidateName = [
	text('firstName', { displayName: 'First Name', required: true, placeholder: 'Frank' }),
	text('lastName', { displayName: 'Last Name', required: true, placeholder: 'Doe' }),
	text('email', { displayName: 'Email', required: true, placeholder: 'frank.doe@example.com' }),
] as const;

/** https://docs.kombo.dev/ats/implementation-guide/creating-applications */
export const candidateDetails = collection('candidate', {
	displayName: 'Candidate Details',
	fields: [
		rows('moreEmails', { displayName: 'Additional Emails', addLabel: 'Add Email', rowLabel: 'Email', fields: [choice('type', { displayName: 'Type', options: kinds, description: 'What kind of address it is' }), text('email', { displayName: 'Email', required: true, placeholder: 'frank.doe@example.com' })] }),
		rows('morePhones', { displayName: 'Additional Phones', addLabel: 'Add Phone', rowLabel: 'Phone', fields: [choice('type', { displayName: 'Type', options: kinds, description: 'What kind of number it is' }), text('phone', { displayName: 'Phone', required: true, placeholder: '+49 30 1234567' })] }),
		dateTime('availabilityDate', { displayName: 'Available From', description: 'The first day that the candidate could work' }),
		text('city', { displayName: 'City', placeholder: 'Berlin' }),
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
		text('phone', { displayName: 'Phone', placeholder: '+49 30 1234567' }),
		number('salaryAmount', { displayName: 'Salary Expectation', description: 'The amount, in the currency and period given beside', placeholder: '60000', min: 0 }),
		choice('salaryPeriod', {
			displayName: 'Salary Period',
			description: 'The time that the expected salary is paid for',
			options: [
				{ name: 'Year', value: 'YEAR' },
				{ name: 'Month', value: 'MONTH' },
			],
		}),
		rows('socialLinks', { displayName: 'Social Links', addLabel: 'Add Link', rowLabel: 'Link', fields: [text('url', { displayName: 'URL', required: true, placeholder: 'https://www.linkedin.com/in/frank' })] }),
		text('state', { displayName: 'State', description: 'Part of the country', placeholder: 'Bavaria' }),
		text('street', { displayName: 'Street', placeholder: 'Lindenallee 4' }),
		text('title', { displayName: 'Title', placeholder: 'Head of Integrations' }),
		text('zipCode', { displayName: 'ZIP Code', placeholder: '10115' }),
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
		availability_date: more.availabilityDate,
		salary_expectations: more.salaryAmount === undefined ? undefined : { amount: more.salaryAmount, period: more.salaryPeriod ?? 'YEAR' },
		social_links: more.socialLinks,
	};
}

export const gdprConsent = rows('gdprConsent', {
	displayName: 'GDPR Consent',
	addLabel: 'Add Consent',
	rowLabel: 'Consent',
	fields: [toggle('given', { displayName: 'Given', default: true, description: 'Whether the candidate has agreed that the data is kept' }), dateTime('expiresAt', { displayName: 'Expires At', description: 'When the consent ends' })],
});

export function gdprOf(consents: ReturnType<typeof gdprConsent.read> | undefined) {
	const [consent] = consents ?? [];
	return consent && { given: consent.given, expires_at: consent.expiresAt };
}

export const sourcedBy = text('sourcedBy', { displayName: 'Sourced By', placeholder: 'remote:1234', description: "The user who found the candidate: Kombo's user ID, or remote: and the ID in the ATS" });
