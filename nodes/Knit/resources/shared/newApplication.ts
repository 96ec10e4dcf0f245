import { choice, collection, email, id, json, jsonObject, list, locator, rows, text, toggle, when, type Values } from '../../../../lib/action/field';
import type { Item } from '../../../../lib/action/item';
import type { Row } from '../../../../lib/action/operation';
import { sentFile } from '../../attachments';
import { jobId } from '../../fields';
import { searchStagesOfJob } from '../../lookups';

const emailTypes = [
	{ name: 'Personal', value: 'PERSONAL' },
	{ name: 'Work', value: 'WORK' },
] as const;
const phoneTypes = [...emailTypes, { name: 'Skype', value: 'SKYPE' }] as const;

const address = (name: 'permanentAddress' | 'presentAddress' | 'workAddress', displayName: string) =>
	rows(name, {
		displayName,
		addLabel: 'Add Address',
		rowLabel: 'Address',
		description: 'The first one counts',
		fields: [
			text('addressLine1', { displayName: 'Street', description: 'With the house number', placeholder: 'Lindenallee 4' }),
			text('city', { displayName: 'City', description: 'Where the candidate lives', placeholder: 'Berlin' }),
			text('state', { displayName: 'State', description: 'Part of the country', placeholder: 'Bavaria' }),
			text('country', { displayName: 'Country', description: 'Country of the address', placeholder: 'DE' }),
			text('zipCode', { displayName: 'ZIP Code', description: 'Postal code', placeholder: '10115' }),
		],
	});

const isNew = { candidate: ['new'] };

/**
 * The body as a public program that creates applications through Knit sends it, with the rules of
 * https://getknit.dev/solutions-use-cases/create-push-applications-for-a-job-posting
 */
export const newApplication = [
	jobId,
	choice('candidate', {
		displayName: 'Candidate',
		description: 'A new person, or one that the ATS knows',
		default: 'new',
		options: [
			{ name: 'Existing', value: 'existing', description: 'Not possible with Workable, Breezy and Loxo' },
			{ name: 'New', value: 'new' },
		],
	}),
	when(id('existingCandidateId', { displayName: 'Candidate ID', placeholder: 'X73cKg1NAFUJTec', description: 'Candidate, Search gives it' }), { candidate: ['existing'] }),
	when(text('firstName', { displayName: 'First Name', description: 'Given name of the candidate', required: true, placeholder: 'Jo' }), isNew),
	when(text('lastName', { displayName: 'Last Name', description: 'Family name of the candidate', required: true, placeholder: 'Doe' }), isNew),
	when(email('email', { displayName: 'Email', required: true, placeholder: 'jo@example.com', description: 'Knit wants at least one' }), isNew),
	when(text('phone', { displayName: 'Phone', required: true, placeholder: '+49 30 1234567', description: 'Knit wants at least one' }), isNew),
	when(
		collection('candidateDetails', {
			displayName: 'Candidate Details',
			fields: [
				rows('moreEmails', { displayName: 'Additional Emails', addLabel: 'Add Email', rowLabel: 'Email', fields: [choice('type', { displayName: 'Type', options: emailTypes, description: 'What kind of address it is' }), email('email', { displayName: 'Email', description: 'E-mail address of the candidate', required: true, placeholder: 'frank.doe@example.com' })] }),
				rows('morePhones', { displayName: 'Additional Phones', addLabel: 'Add Phone', rowLabel: 'Phone', fields: [choice('type', { displayName: 'Type', options: phoneTypes, description: 'What kind of number it is' }), text('phoneNumber', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', required: true, placeholder: '+49 30 1234567' })] }),
				text('company', { displayName: 'Company', description: 'Where the candidate works now', placeholder: 'Acme' }),
				rows('education', {
					displayName: 'Education',
					addLabel: 'Add Education',
					rowLabel: 'Education',
					fields: [
						text('degree', { displayName: 'Degree', description: 'Degree that was earned', placeholder: 'B.Sc.' }),
						text('major', { displayName: 'Major', description: 'Main subject', placeholder: 'Nursing' }),
						text('institute', { displayName: 'Institute', description: 'School or university', placeholder: 'TU Berlin' }),
						toggle('currentlyPursuing', { displayName: 'Currently Pursuing', description: 'Whether it is not finished yet' }),
					],
				}),
				list('links', { mayBeEmpty: true, displayName: 'Links', placeholder: 'https://www.linkedin.com/in/jo', description: 'Comma-separated, or a list', hint: 'Sent as texts, as Knit shows them when reading; how it wants them here is not published' }),
				address('permanentAddress', 'Permanent Address'),
				address('presentAddress', 'Present Address'),
				text('title', { displayName: 'Title', description: 'Present position of the candidate', placeholder: 'Head of Integrations' }),
				address('workAddress', 'Work Address'),
			],
		}),
		isNew,
	),
	rows('answers', {
		displayName: 'Answers',
		addLabel: 'Add Answer',
		rowLabel: 'Answer',
		description: "Answers to the job's questions. Job, Get shows the questions where the ATS tells them.",
		fields: [
			text('id', { displayName: 'Question ID', description: 'Job, Get gives the questions and their IDs, where Knit tells them', required: true, placeholder: 'q_17' }),
			choice('type', {
				displayName: 'Type',
				description: 'How the question is answered',
				default: 'TEXT',
				options: ['DATE', 'DROPDOWN', 'FILE_UPLOAD', 'MULTIPLE_CHOICE', 'NUMBER', 'RATING_SCALE', 'SINGLE_CHOICE', 'TEXT', 'YES_NO'].map((value) => ({ name: titled(value), value })),
			}),
			text('question', { displayName: 'Question', description: 'Wording of the question', placeholder: 'When can you start?' }),
			text('answer', { displayName: 'Answer', description: 'What the candidate answered', placeholder: 'In May' }),
			list('multipleChoiceAnswers', { mayBeEmpty: true, displayName: 'Multiple Choice Answers', placeholder: 'Yes, From May', description: 'Comma-separated, or a list' }),
		],
	}),
	collection('additionalFields', {
		displayName: 'Additional Fields',
		fields: [
			choice('attachmentType', {
				displayName: 'Attachment Type',
				description: 'What the file is',
				default: 'RESUME',
				options: [
					{ name: 'Cover Letter', value: 'COVER_LETTER' },
					{ name: 'Offer Letter', value: 'OFFER_LETTER' },
					{ name: 'Resume', value: 'RESUME' },
				],
			}),
			text('attachmentField', { displayName: 'Attachment: Input Binary Field', placeholder: 'data', description: 'The name of the input field that holds the file', hint: 'Knit does not publish how it wants the file: it is sent as Knit itself sends files in its events' }),
			jsonObject('body', { displayName: 'Further Body Fields (JSON)', placeholder: '{"key": "value"}', description: 'Added to what is sent. It wins over the fields above.' }),
			json('metaData', { displayName: 'Metadata (JSON)', placeholder: '{"countryCodeId": "DE"}', description: 'What some ATSs want beside: Workday a countryCodeId, Loxo details of the resume. Sent as text.' }),
			choice('origin', {
				displayName: 'Origin',
				description: 'How the application came about',
				default: 'EXTERNAL',
				options: [
					{ name: 'Agency', value: 'AGENCY' },
					{ name: 'External', value: 'EXTERNAL' },
					{ name: 'Referral', value: 'REFERRAL' },
				],
			}),
			text('source', { displayName: 'Source', description: 'Where the candidate comes from', placeholder: 'Job fair' }),
			locator('initialStageId', { displayName: 'Stage', required: false, search: searchStagesOfJob, placeholder: 'JLUnI5TFKWbhQ1k', description: 'Where the application starts. SuccessFactors ignores it but wants some value.' }),
		],
	}),
] as const;

type NewApplication = Values<typeof newApplication>;

export async function newApplicationBody(p: NewApplication, item: Item): Promise<Row> {
	const { attachmentType, attachmentField, body, metaData, ...more } = p.additionalFields;
	const answers = p.answers.map(({ multipleChoiceAnswers: several, ...answer }) => ({ ...answer, ...(several.length === 0 ? {} : { multipleChoiceAnswers: several }) }));
	return {
		jobId: p.jobId,
		...(p.candidate === 'existing' ? { candidateId: p.existingCandidateId } : { candidate: candidateBody(p) }),
		...(answers.length === 0 ? {} : { answers }),
		...(attachmentField === undefined ? {} : { attachment: sentFile(attachmentType ?? 'RESUME', await item.readFile(attachmentField)) }),
		...(metaData === undefined ? {} : { metaData: typeof metaData === 'string' ? metaData : JSON.stringify(metaData) }),
		...more,
		...body,
	};
}

function candidateBody({ firstName, lastName, email, phone, candidateDetails = {} }: NewApplication): Row {
	const { moreEmails = [], morePhones = [], links, education, presentAddress, permanentAddress, workAddress, ...more } = candidateDetails;
	return {
		...more,
		firstName,
		lastName,
		emails: [{ type: 'PERSONAL', email }, ...moreEmails],
		phones: [{ type: 'PERSONAL', phoneNumber: phone }, ...morePhones],
		links,
		education,
		presentAddress: presentAddress?.[0],
		permanentAddress: permanentAddress?.[0],
		workAddress: workAddress?.[0],
	};
}

function titled(word: string): string {
	return word.toLowerCase().split('_').map((one) => one.charAt(0).toUpperCase() + one.slice(1)).join(' ');
}
