import { binary, choice, choices, collection, dateTime, dropdowns, keptWhen, locator, rows, text, when } from '../../../lib/action/field';
import { FileItem, type Item } from '../../../lib/action/item';
import type { Resource, Row } from '../../../lib/action/operation';
import { kitFields } from '../../../lib/action/properties';
import type { Application, ModelKey } from '../../../lib/ats/model';
import { onlyAsked } from '../../../lib/ats/select';
import type { NewFile } from '../../../lib/ats/provider';
import { FieldError } from '../../../lib/errors';
import { row, type AtsApi } from '../api';
import { applicationId, jobId, models, stageId, takers, updatedAfter } from '../fields';
import { loadJobs, loadStageNames, searchCandidates, searchRejectionReasons, searchStages } from '../lookups';
import { unified } from '../operation';
import { simpleApplication, simpleApplicationSchema } from '../simplify';
import { personFields } from './candidate';
import { doneModel, movedModel, noteModel } from './shared';

const file = [
	choice('fileType', {
		displayName: 'Type',
		description: 'What the file is',
		options: [
			{ name: 'CV', value: 'RESUME' },
			{ name: 'Cover Letter', value: 'COVER_LETTER' },
			{ name: 'Other', value: 'OTHER' },
		],
	}),
	binary('binaryField'),
] as const;

/** What a simplified row is made of. */
const SIMPLE: readonly ModelKey[] = ['info', 'currentStage'];

function shown(application: Application, simplify: boolean): Row {
	return simplify ? simpleApplication(application) : row(application);
}

async function fileOf(item: Item, { fileType, binaryField }: { fileType: NewFile['type']; binaryField: string }): Promise<NewFile> {
	return { type: fileType, ...(await item.readFile(binaryField)) };
}

export const application: Resource<AtsApi> = {
	name: 'Application',
	value: 'application',
	description: "One person's submission for one job",
	operations: [
		unified('application.addAttachment', {
			name: 'Add Attachment',
			value: 'addAttachment',
			action: 'Add an attachment to an application',
			description: 'Upload a file to an application',
			access: 'write',
			fields: [applicationId, ...file],
			output: doneModel,
			run: async (ats, p, item) => {
				await ats.for('addAttachment', 'add attachments')(p.applicationId, await fileOf(item, p));
				return { success: true, applicationId: p.applicationId };
			},
		}),
		unified('application.addNote', {
			name: 'Add Note',
			value: 'addNote',
			action: 'Add a note to an application',
			description: 'Write a plain-text note on an application. Its ID comes from Application, Get Many.',
			access: 'write',
			fields: [applicationId, text('content', { displayName: 'Note', description: 'Plain text that the hiring team will read', required: true, rows: 4, placeholder: 'Called back, free from May' })],
			output: noteModel,
			run: async (ats, p) => {
				return { success: true, applicationId: p.applicationId, noteId: await ats.for('addNote', 'add notes')(p.applicationId, p.content) };
			},
		}),
		unified('application.create', {
			name: 'Create',
			value: 'create',
			action: 'Create an application',
			description: 'Submit a candidate for a job',
			access: 'write',
			fields: [
				jobId,
				...personFields,
				keptWhen(rows('files', { displayName: 'Files', addLabel: 'Add File', rowLabel: 'File', fields: file }), takers('application.create.files')),
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						when(text('comment', { displayName: 'Comment', placeholder: 'I would like to work four days a week.', rows: 3, description: 'Cover letter or remark' }), takers('application.create.comment')),
						text('phone', { displayName: 'Phone', description: 'Phone number of the candidate, best with the country code', placeholder: '+49 30 1234567' }),
						locator('stageId', { displayName: 'Stage', required: false, search: searchStages, description: "Where the application starts; the job's first stage otherwise" }),
					],
				}),
			],
			run: async (ats, p, item) => {
				const { comment, phone, stageId: startsIn } = p.additionalFields;
				const create = ats.for('createApplication', 'create applications');
				const { capabilities, label } = ats.provider;
				if (p.files.length > 0 && capabilities.inputs?.['application.create.files'] === undefined) {
					throw new FieldError(`${label} takes no files with a new application`, '"Files" still holds those of another provider: choose that one again, take them out, and come back.');
				}
				const files = await Promise.all(p.files.map(async (one) => await fileOf(item, one)));
				const candidate = { firstName: p.firstName, lastName: p.lastName, email: p.email, ...(phone === undefined ? {} : { phone }) };
				return row(await create({ jobId: p.jobId, candidate, files, ...(startsIn === undefined ? {} : { stageId: startsIn }), ...(comment === undefined ? {} : { comment }) }));
			},
		}),
		unified('application.downloadAttachments', {
			name: 'Download Attachments',
			value: 'downloadAttachments',
			action: 'Download the attachments of an application',
			description: 'Fetch the files of an application, one item each',
			access: 'read',
			fields: [applicationId, binary('outputField', { displayName: 'Put Output File in Field', hint: 'The name of the output field to put the file in' })],
			// Some IDs of files hold the file's name, which is mostly a person's.
			unnamed: () => ['id', 'name'],
			run: async function* (ats, p, item) {
				for await (const one of ats.for('attachments', 'download attachments')(p.applicationId)) {
					const { id, type, name, createdAt } = one.attachment;
					if ('error' in one) yield [one.error];
					else yield [new FileItem(row({ applicationId: p.applicationId, id, type, name, createdAt }), { [p.outputField]: await item.toBinary(one.data, name ?? 'file', one.mimeType) })];
				}
			},
		}),
		unified('application.get', {
			name: 'Get',
			value: 'get',
			action: 'Get an application',
			description: 'Read one application. Simplified: one flat row; otherwise the unified model.',
			access: 'read',
			fields: [applicationId, kitFields.simplify, models],
			output: simpleApplicationSchema,
			run: async (ats, p) => {
				const models = p.models ?? SIMPLE;
				const [application] = await ats.withTitles([onlyAsked(await ats.for('application', 'read one application')(p.applicationId, models, ats.raw), models)]);
				return application && shown(application, p.simplify);
			},
		}),
		unified('application.getMany', {
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many applications',
			description: 'List applications, filtered by job, stage, status, candidate or date. Simplified: one flat row each; otherwise the unified model.',
			access: 'read',
			many: true,
			fields: [
				kitFields.simplify,
				models,
				collection('filters', {
					displayName: 'Filters',
					addLabel: 'Add Filter',
					fields: [
						dateTime('appliedAfter', { displayName: 'Applied After', description: 'Only applications that came in at this moment or later' }),
						dateTime('appliedBefore', { displayName: 'Applied Before', description: 'Only applications that came in earlier than this moment' }),
						locator('candidateId', { displayName: 'Candidate', required: false, search: searchCandidates, description: 'Only applications of this candidate' }),
						dropdowns('jobs', { displayName: 'Jobs', load: loadJobs, description: 'Only applications for these jobs. Choose from the list, or give titles or IDs with an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }),
						dropdowns('stages', { displayName: 'Stages', load: loadStageNames, description: 'Only applications in these stages. Choose from the list, or give names or IDs with an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }),
						choices('statuses', {
							displayName: 'Statuses',
							description: 'Only applications with one of these statuses',
							options: [
								{ name: 'Active', value: 'ACTIVE' },
								{ name: 'Hired', value: 'HIRED' },
								{ name: 'Not Specified', value: 'NOT_SPECIFIED' },
								{ name: 'Rejected', value: 'REJECTED' },
							],
						}),
						updatedAfter,
					],
				}),
			],
			output: simpleApplicationSchema,
			run: async function* (ats, p, { limit }) {
				for await (const page of ats.applications({ models: p.models ?? SIMPLE, raw: ats.raw, ...p.filters, limit })) yield page.map((one) => shown(one, p.simplify));
			},
		}),
		unified('application.moveStage', {
			name: 'Move to Stage',
			value: 'moveStage',
			action: 'Move an application to a stage',
			description: "Set the stage of an application. Stage, Get Many lists the stages of its job. Some providers then send mail.",
			access: 'write',
			fields: [applicationId, stageId],
			output: movedModel,
			run: async (ats, p) => {
				await ats.for('moveStage', 'move applications')(p.applicationId, p.stageId);
				return { success: true, applicationId: p.applicationId, stageId: p.stageId };
			},
		}),
		unified('application.reactivate', {
			name: 'Reactivate',
			value: 'reactivate',
			action: 'Reactivate an application',
			description: 'Take back a rejection: the application is active again. Some providers then send mail.',
			access: 'write',
			fields: [applicationId],
			output: doneModel,
			run: async (ats, p) => {
				await ats.for('reactivate', 'reactivate applications')(p.applicationId);
				return { success: true, applicationId: p.applicationId };
			},
		}),
		unified('application.reject', {
			name: 'Reject',
			value: 'reject',
			action: 'Reject an application',
			description: 'Decline an application. Some providers then send mail.',
			access: 'write',
			fields: [
				applicationId,
				locator('rejectionReasonId', { displayName: 'Rejection Reason', required: false, search: searchRejectionReasons, description: 'Some providers need a reason, others take none' }),
				text('note', { displayName: 'Note', description: 'Kept with the rejection, where the provider keeps notes', placeholder: 'Looking for more experience', rows: 3 }),
			],
			output: doneModel,
			run: async (ats, p) => {
				await ats.for('reject', 'reject applications')(p.applicationId, { reasonId: p.rejectionReasonId ?? null, note: p.note ?? null });
				return { success: true, applicationId: p.applicationId };
			},
		}),
	],
};
